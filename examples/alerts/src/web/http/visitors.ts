/** The cookie that says who is there, and the doors that only some pass. */
import type { Context, MiddlewareHandler } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { LONGEST_DAYS, openSession, visitorOf } from '../../accounts/sessions.js';
import type { Visitor } from '../../accounts/sessions.js';
import type { Limit } from '../../accounts/rateLimits.js';
import { take } from '../../accounts/rateLimits.js';
import type { WebEnv, WebServices, WebSettings } from '../services.js';
import { limitKey } from './guard.js';

/** Under `__Host-` a browser takes the cookie from this very host over TLS alone, which this machine by itself has not. */
const cookieName = ({ secure }: WebSettings): string => (secure ? '__Host-session' : 'session');

const attributes = ({ secure }: WebSettings) => ({ path: '/', httpOnly: true, sameSite: 'Lax', secure } as const);

export function loadVisitor({ settings, database }: WebServices): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    const secret = getCookie(context, cookieName(settings));
    context.set('visitor', secret === undefined || secret.length > 100 ? undefined : await visitorOf(database, secret));
    await next();
  };
}

/** Logs somebody in: always with a new secret, whatever cookie came with the request, whose session ends. */
export async function logIn(context: Context<WebEnv>, { settings, database }: WebServices, userId: string): Promise<void> {
  const before = context.get('visitor');
  if (before) await database.query('delete from sessions where id = $1', [before.sessionId]);
  const secret = await openSession(database, userId, context.get('address'), context.req.header('user-agent') ?? '');
  setCookie(context, cookieName(settings), secret, { ...attributes(settings), maxAge: LONGEST_DAYS * 86_400 });
}

export function forgetCookie(context: Context<WebEnv>, { settings }: WebServices): void {
  deleteCookie(context, cookieName(settings), attributes(settings));
  context.header('Clear-Site-Data', '"cache", "storage"');
}

/** Pages of somebody who is logged in; others are sent to the log-in page and back. */
export const members: MiddlewareHandler<WebEnv> = async (context, next) => {
  if (context.get('visitor')) return next();
  if (context.req.method !== 'GET' || context.req.path === '/live') return context.text('Log in first.\n', 401);
  return context.redirect(`/log-in?next=${encodeURIComponent(context.req.path)}`, 303);
};

export function visitorIn(context: Context<WebEnv>): Visitor {
  const visitor = context.get('visitor');
  if (!visitor) throw new Error('This route stands before `members`.');
  return visitor;
}

/** A path of this service to go to after logging in; anything else is the first page. */
export const safePath = (path: string | undefined): string => (path !== undefined && /^\/[A-Za-z0-9][A-Za-z0-9/._~-]{0,200}$/.test(path) ? path : '/');

/** Counts a try under each limit; seconds to wait, or 0. The key of a limit by address is the address, of others `account`. */
export async function tryOut(context: Context<WebEnv>, { database }: WebServices, byAddress: Limit, byAccount: Limit, account: string): Promise<number> {
  const waits = [await take(database, byAddress, limitKey(context.get('address'))), await take(database, byAccount, account.toLowerCase())];
  return Math.max(...waits);
}
