/** Mail, by SMTP or, in the demo, nowhere: then the page of mails shows what would have gone out. */
import { createTransport } from 'nodemailer';
import type { MailPayload } from '../storage/rows.js';
import type { Outcome } from './outcome.js';

export interface Mailer {
  /** What is kept of a mail that was sent: the page of the demo shows it whole. */
  readonly keepsText: boolean;
  send(mail: MailPayload, topic: string): Promise<Outcome>;
  close(): void;
}

export interface SmtpOptions {
  /** `smtps://name:password@host:465`; never logged. */
  readonly url: string;
  readonly from: string;
  /** Milliseconds for each part of the exchange. */
  readonly limit: number;
}

export function smtpMailer({ url, from, limit }: SmtpOptions): Mailer {
  const transport = createTransport({ url, connectionTimeout: limit, greetingTimeout: limit, socketTimeout: limit });
  const domain = /@([\w.-]+)/.exec(from)?.[1] ?? 'localhost';
  return {
    keepsText: false,
    async send({ to, subject, text }, topic) {
      try {
        await transport.sendMail({ from, to, subject, text, messageId: `<${topic}@${domain}>` });
        return { kind: 'sent' };
      } catch (error) {
        const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
        const problem = code > 0 ? `the mail server answered ${code}` : `the mail server did not answer: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'}`;
        // Where the server does not let us in, that says nothing of the mail.
        const ours = error instanceof Error && 'code' in error && error.code === 'EAUTH';
        return { kind: code >= 500 && !ours ? 'refused' : 'later', problem };
      }
    },
    close: () => { transport.close(); },
  };
}

export const pageMailer: Mailer = { keepsText: true, send: async () => ({ kind: 'sent' }), close: () => undefined };
