/** A mail server on this machine (RFC 5321, as much of it as a client needs), whose answers the test decides. */
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedMail {
  readonly to: string;
  readonly subject: string;
  readonly messageId: string;
  readonly text: string;
}

/** What it says to a command, as `550 no such user`; undefined: what a server says that is content; `silence`: nothing at all. */
export type Reply = (command: string) => string | undefined;

export interface MailServer {
  readonly port: number;
  readonly received: ReceivedMail[];
  /** Commands as they came, but for those that hold a password. */
  readonly heard: string[];
  /** The next mail to an address after the first `after` ones. */
  mailTo(address: string, after?: number): Promise<ReceivedMail>;
  close(): Promise<void>;
}

export async function startMailServer(reply: Reply = () => undefined): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  const heard: string[] = [];
  const sockets = new Set<Socket>();
  let arrived: () => void = () => undefined;

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket)).setEncoding('utf8');
    let [pending, to, inData] = ['', '', false];
    const say = (line: string): void => { if (line !== 'silence') socket.write(`${line}\r\n`); };
    const hear = (command: string): void => {
      heard.push(command.replace(/^(AUTH PLAIN) .*/, '$1 …'));
      const verb = command.split(' ')[0]?.toUpperCase();
      const answer = reply(command);
      if (verb === 'RCPT') to = /<([^>]*)>/.exec(command)?.[1] ?? '';
      if (verb === 'DATA' && answer === undefined) inData = true;
      say(answer ?? ({ EHLO: '250-localhost\r\n250 AUTH PLAIN', AUTH: '235 welcome', DATA: '354 go on', QUIT: '221 bye' } as Record<string, string>)[verb ?? ''] ?? '250 fine');
      if (verb === 'QUIT') socket.end();
    };
    socket.on('data', (part: string) => {
      pending += part;
      for (;;) {
        const end = pending.indexOf(inData ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const whole = pending.slice(0, end);
        pending = pending.slice(end + (inData ? 5 : 2));
        if (!inData) { hear(whole); continue; }
        inData = false;
        const answer = reply('end of data');
        if (answer === undefined) { received.push({ to, ...mailOf(whole) }); arrived(); }
        say(answer ?? '250 taken');
      }
    });
    say(reply('greeting') ?? '220 localhost');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port, received, heard,
    mailTo: async (address, after = 0) => {
      for (;;) {
        const mail = received.filter(({ to }) => to === address)[after];
        if (mail) return mail;
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => { reject(new Error(`no mail to ${address} within two minutes`)); }, 120_000);
          arrived = () => { clearTimeout(timer); resolve(); };
        });
      }
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function mailOf(data: string): Omit<ReceivedMail, 'to'> {
  const [head = '', ...rest] = data.split('\r\n\r\n');
  const header = (name: string): string => new RegExp(`^${name}: (.*)$`, 'im').exec(head.replace(/\r\n[ \t]+/g, ' '))?.[1]?.trim() ?? '';
  const body = rest.join('\r\n\r\n').replace(/^\.\./gm, '.');
  const bytes = header('content-transfer-encoding') === 'quoted-printable'
    ? Buffer.from(body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1')
    : Buffer.from(body, header('content-transfer-encoding') === 'base64' ? 'base64' : 'utf8');
  return { subject: header('subject'), messageId: header('message-id'), text: bytes.toString('utf8') };
}
