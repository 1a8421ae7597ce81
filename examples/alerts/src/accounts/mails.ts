/** Mails that accounts cause. They are rows of the outbox like every delivery; who sends them is not known here. */
import { randomUUID } from 'node:crypto';
import type { Queries } from '../storage/database.js';
import type { MailPayload } from '../storage/rows.js';

export async function fileMail(database: Queries, userId: string | null, mail: MailPayload): Promise<void> {
  await database.query(`insert into outbox (kind, user_id, topic, payload) values ('mail', $1, $2, $3)`, [userId, randomUUID(), mail]);
}

const signature = '\n\nIf it was not you, do nothing: nothing has been changed.\n';

export const finishSignUp = (to: string, link: string): MailPayload => ({
  to, subject: 'Finish your sign-up', text: `Somebody, probably you, signed up with this address. To open the account, follow this link within a day:\n\n${link}${signature}`,
});

export const alreadySignedUp = (to: string, link: string): MailPayload => ({
  to, subject: 'You have an account already', text: `Somebody, probably you, signed up with this address. It has an account already. To log in, or to set a new password:\n\n${link}${signature}`,
});

export const newPassword = (to: string, link: string): MailPayload => ({
  to, subject: 'Set a new password', text: `Somebody, probably you, asked for a new password. To set it, follow this link within an hour:\n\n${link}${signature}`,
});

export const notSignedUp = (to: string, link: string): MailPayload => ({
  to, subject: 'There is no account with this address', text: `Somebody, probably you, asked for a new password. This address has no account: perhaps another of yours has. To open one, follow this link within a day:\n\n${link}${signature}`,
});

export const confirmAddress = (to: string, link: string): MailPayload => ({
  to, subject: 'Confirm your new address', text: `To use this address for your account, follow this link within a day:\n\n${link}${signature}`,
});

export const addressInUse = (to: string): MailPayload => ({
  to, subject: 'Your address was not taken', text: `Somebody, perhaps you, wanted to use this address for another account. It has an account already, which keeps it.${signature}`,
});

export const told = (to: string, what: string): MailPayload => ({
  to, subject: what, text: `${what}.\n\nIf it was not you, set a new password at once ("Forgotten password" on the log-in page).\n`,
});
