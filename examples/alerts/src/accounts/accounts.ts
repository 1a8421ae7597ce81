/**
 * What people do with their accounts.
 *
 * Whether an address has an account is told to nobody but its owner, by mail: the pages answer before `signUp`, `forgot` and `askAddress` look, and
 * these do the same for every address: one look, one token, one mail, of which only the words differ.
 */
import type { Database, Queries } from '../storage/database.js';
import { only } from '../storage/database.js';
import type { MailPayload, UserRow } from '../storage/rows.js';
import { addressInUse, alreadySignedUp, confirmAddress, fileMail, finishSignUp, newPassword, notSignedUp, told } from './mails.js';
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
  /** @param timeZone of the account that an address without one may open. */
  forgot(email: string, timeZone: string): Promise<void>;
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

  /** Mails a link: to the owner of an account one that sets a password, to others one that opens an account. */
  const mailLink = (email: string, timeZone: string, { known, unknown }: Record<'known' | 'unknown', (to: string, link: string) => MailPayload>): Promise<void> => database.transaction(async (transaction) => {
    const user = await userBy(transaction, email);
    const secret = await fileToken(transaction, { purpose: user ? 'reset' : 'sign-up', userId: user?.id ?? null, email: user?.email ?? email, timeZone });
    await fileMail(transaction, user?.id ?? null, user ? known(user.email, `${origin()}/reset?token=${secret}`) : unknown(email, `${origin()}/confirm?token=${secret}`));
  });

  return {
    signUp: (email, timeZone) => mailLink(email, timeZone, { known: alreadySignedUp, unknown: finishSignUp }),

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

    forgot: (email, timeZone) => mailLink(email, timeZone, { known: newPassword, unknown: notSignedUp }),

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
      // The owner of an address that has an account gets no link, and who asked is not told.
      const taken = await userBy(transaction, email);
      const secret = await fileToken(transaction, { purpose: 'address', userId, email });
      await fileMail(transaction, userId, taken ? addressInUse(taken.email) : confirmAddress(email, `${origin()}/confirm-address?token=${secret}`));
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
