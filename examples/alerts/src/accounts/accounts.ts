/**
 * What people do with their accounts.
 *
 * Whether an address has an account is told to nobody but its owner, by mail: `signUp` and `forgot` answer before they look, and what they
 * find out only changes the mail.
 */
import type { Database, Queries } from '../storage/database.js';
import { only } from '../storage/database.js';
import type { UserRow } from '../storage/rows.js';
import { alreadySignedUp, confirmAddress, fileMail, finishSignUp, newPassword, told } from './mails.js';
import type { Passwords } from './passwords.js';
import { digestOf, newSecret } from './secrets.js';
import { endSessions } from './sessions.js';

export type Purpose = 'sign-up' | 'reset' | 'address';

const HOURS: Readonly<Record<Purpose, number>> = { 'sign-up': 24, reset: 1, address: 24 };

interface Token { purpose: Purpose; userId: string | null; email: string; timeZone?: string }

interface TakenToken { user_id: string | null; email: string; time_zone: string }

export interface Accounts {
  signUp(email: string, timeZone: string): Promise<void>;
  /**
   * Opens the account that a link of a mail allows, or undefined where the link is used up, old or wrong. The password is chosen here and not
   * before: who signs up with the address of another cannot leave a password in their account.
   */
  finishSignUp(secret: string, password: string): Promise<string | undefined>;
  /** The account of address and password, or undefined. */
  logIn(email: string, password: string): Promise<string | undefined>;
  forgot(email: string): Promise<void>;
  /** Sets a new password and ends every session; the account, or undefined for a link that is no good. */
  reset(secret: string, password: string): Promise<string | undefined>;
  /** Whether `password` is that of the account: asked before everything that cannot be undone. */
  isPassword(userId: string, password: string): Promise<boolean>;
  changePassword(userId: string, password: string, sessionId: string): Promise<void>;
  askAddress(userId: string, email: string): Promise<void>;
  /** Whether the address was changed. */
  changeAddress(secret: string): Promise<boolean>;
  remove(userId: string): Promise<void>;
}

/** @param origin where links of mails lead */
export function createAccounts(database: Database, passwords: Passwords, origin: () => string): Accounts {
  const userBy = async (queries: Queries, email: string): Promise<UserRow | undefined> => (await queries.query<UserRow>('select * from users where lower(email) = lower($1)', [email]))[0];

  async function fileToken(queries: Queries, { purpose, userId, email, timeZone }: Token): Promise<string> {
    const secret = newSecret();
    await queries.query(
      `insert into mail_tokens (token_hash, purpose, user_id, email, time_zone, expires_at) values ($1, $2, $3, $4, $5, now() + make_interval(hours => $6))`,
      [digestOf(secret), purpose, userId, email, timeZone ?? null, HOURS[purpose]],
    );
    return secret;
  }

  /** Takes a token out: whoever comes second finds none. */
  async function takeToken(queries: Queries, purpose: Purpose, secret: string): Promise<TakenToken | undefined> {
    const [token] = await queries.query<TakenToken>(
      'delete from mail_tokens where token_hash = $1 and purpose = $2 and expires_at > now() returning user_id, email, time_zone', [digestOf(secret), purpose],
    );
    return token;
  }

  const setPassword = async (queries: Queries, userId: string, kept: string): Promise<void> => {
    const { email } = only(await queries.query<{ email: string }>('update users set password_hash = $2 where id = $1 returning email', [userId, kept]));
    await queries.query('delete from mail_tokens where user_id = $1', [userId]);
    await fileMail(queries, userId, told(email, 'Your password was changed'));
  };

  return {
    signUp: (email, timeZone) => database.transaction(async (transaction) => {
      const user = await userBy(transaction, email);
      const secret = await fileToken(transaction, { purpose: user ? 'reset' : 'sign-up', userId: user?.id ?? null, email: user?.email ?? email, timeZone });
      await fileMail(transaction, user?.id ?? null, user ? alreadySignedUp(user.email, `${origin()}/reset?token=${secret}`) : finishSignUp(email, `${origin()}/confirm?token=${secret}`));
    }),

    async finishSignUp(secret, password) {
      const kept = await passwords.hash(password);
      return database.transaction(async (transaction) => {
        const token = await takeToken(transaction, 'sign-up', secret);
        if (!token) return undefined;
        const [user] = await transaction.query<{ id: string }>(
          'insert into users (email, password_hash, time_zone) values ($1, $2, $3) on conflict do nothing returning id', [token.email, kept, token.time_zone],
        );
        return user?.id;
      });
    },

    async logIn(email, password) {
      const user = await userBy(database, email);
      return await passwords.verify(user?.password_hash, password) ? user?.id : undefined;
    },

    forgot: (email) => database.transaction(async (transaction) => {
      const user = await userBy(transaction, email);
      if (!user) return;
      const secret = await fileToken(transaction, { purpose: 'reset', userId: user.id, email: user.email });
      await fileMail(transaction, user.id, newPassword(user.email, `${origin()}/reset?token=${secret}`));
    }),

    async reset(secret, password) {
      const kept = await passwords.hash(password);
      return database.transaction(async (transaction) => {
        const token = await takeToken(transaction, 'reset', secret);
        if (!token?.user_id) return undefined;
        await setPassword(transaction, token.user_id, kept);
        await endSessions(transaction, token.user_id);
        return token.user_id;
      });
    },

    async isPassword(userId, password) {
      const [user] = await database.query<{ password_hash: string }>('select password_hash from users where id = $1', [userId]);
      return passwords.verify(user?.password_hash, password);
    },

    async changePassword(userId, password, sessionId) {
      const kept = await passwords.hash(password);
      await database.transaction(async (transaction) => {
        await setPassword(transaction, userId, kept);
        await endSessions(transaction, userId, sessionId);
      });
    },

    askAddress: (userId, email) => database.transaction(async (transaction) => {
      // An address that has an account gets no link, and who asked is not told.
      if (await userBy(transaction, email)) return;
      const secret = await fileToken(transaction, { purpose: 'address', userId, email });
      await fileMail(transaction, userId, confirmAddress(email, `${origin()}/confirm-address?token=${secret}`));
    }),

    changeAddress: (secret) => database.transaction(async (transaction) => {
      const token = await takeToken(transaction, 'address', secret);
      if (!token?.user_id || await userBy(transaction, token.email)) return false;
      const { email } = only(await transaction.query<{ email: string }>('select email from users where id = $1 for update', [token.user_id]));
      await transaction.query('update users set email = $2 where id = $1', [token.user_id, token.email]);
      await fileMail(transaction, token.user_id, told(email, `The address of your account is now ${token.email}`));
      return true;
    }),

    async remove(userId) {
      await database.query('delete from users where id = $1', [userId]);
    },
  };
}
