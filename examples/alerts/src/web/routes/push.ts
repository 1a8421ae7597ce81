/** Devices that want to be told, and the stream that keeps open pages up to date. */
import { isIP } from 'node:net';
import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { z } from 'zod';
import { readJson } from '../http/forms.js';
import { visitorIn } from '../http/visitors.js';
import type { WebEnv, WebServices } from '../services.js';
import { unreadOf } from './frame.js';

/** Of one user; the oldest makes room. */
const MOST_DEVICES = 10;

/**
 * An endpoint is an address that the server will call: of a public name, over TLS, at its usual port. Where the name leads is looked at again when
 * it is called (src/outbox).
 */
export function isPushEndpoint(text: string, ownHosts: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, host, hostname, port } = new URL(text);
  if (protocol !== 'https:' || username !== '' || password !== '') return false;
  if (ownHosts.includes(host)) return true;
  return port === '' && isIP(hostname.replace(/^\[|\]$/g, '')) === 0 && hostname.includes('.') && !/\.(?:local|localhost|internal|lan|home|arpa|test)\.?$/.test(hostname);
}

export function pushRoutes(app: Hono<WebEnv>, { database, settings }: WebServices): void {
  const endpoint = z.string().max(1_000).refine((text) => isPushEndpoint(text, settings.pushHosts));
  const subscription = z.object({ endpoint, keys: z.object({ p256dh: z.string().regex(/^[A-Za-z0-9_-]{80,100}={0,2}$/), auth: z.string().regex(/^[A-Za-z0-9_-]{16,32}={0,2}$/) }) });

  app.post('/push/subscribe', async (context) => {
    const { endpoint: to, keys } = await readJson(context, subscription);
    const { userId, sessionId } = visitorIn(context);
    await database.transaction(async (transaction) => {
      // Whoever holds the device holds the endpoint: one that was another user's is theirs no more.
      await transaction.query('delete from push_subscriptions where endpoint = $1', [to]);
      await transaction.query('insert into push_subscriptions (user_id, session_id, endpoint, p256dh, auth) values ($1, $2, $3, $4, $5)', [userId, sessionId, to, keys.p256dh, keys.auth]);
      await transaction.query(`delete from push_subscriptions where id in (select id from push_subscriptions where user_id = $1 order by created_at desc offset ${MOST_DEVICES})`, [userId]);
    });
    return context.json({ subscribed: true }, 201);
  });

  app.post('/push/unsubscribe', async (context) => {
    const { endpoint: to } = await readJson(context, z.object({ endpoint: z.string().max(1_000) }));
    await database.query('delete from push_subscriptions where endpoint = $1 and user_id = $2', [to.replaceAll('\0', ''), visitorIn(context).userId]);
    return context.json({ subscribed: false });
  });
}

/** Milliseconds between two looks at the count of a page that is open. */
const LOOK = 1_000;
/** Looks after which a stream ends and the page opens another, which asks anew who is there. */
const LOOKS = 600;

export function liveRoutes(app: Hono<WebEnv>, services: WebServices, stopping: AbortSignal): void {
  const { database } = services;
  app.get('/live', (context) => {
    const { userId, sessionId } = visitorIn(context);
    return streamSSE(context, async (stream) => {
      let told = '';
      for (let look = 0; look < LOOKS && !stream.aborted && !stopping.aborted; look++) {
        if ((await database.query('select 1 from sessions where id = $1', [sessionId])).length === 0) return;
        const [newest] = await database.query<{ id: string }>('select id from notifications where user_id = $1 order by created_at desc, id desc limit 1', [userId]);
        const now = JSON.stringify({ unread: await unreadOf(database, userId), newest: newest?.id ?? null, trained: Math.floor(20 * (services.progress() ?? 1)) });
        if (now !== told || look % 15 === 0) await stream.writeSSE({ event: 'state', data: now });
        told = now;
        await stream.sleep(LOOK);
      }
    });
  });
}
