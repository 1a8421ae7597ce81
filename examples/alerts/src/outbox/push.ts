/** One push message on the wire: encrypted and signed by web-push, sent by ourselves, under a limit for the whole exchange, which web-push lacks. */
import { Agent, request } from 'node:https';
import webpush from 'web-push';
import { publicLookup, refusal } from './endpointGuard.js';
import { outcomeOf } from './outcome.js';
import type { Outcome } from './outcome.js';

export interface VapidKeys {
  readonly publicKey: string;
  readonly privateKey: string;
  /** `mailto:` or `https:` address of whoever runs the service. */
  readonly subject: string;
}

export interface PushOptions {
  readonly vapid: VapidKeys;
  /** Milliseconds for one exchange. */
  readonly limit: number;
  /** Whether a host (`name:port`) may lie in one's own network: a push service of one's own. */
  readonly allowPrivate: (host: string) => boolean;
  /** Certificate of an authority to believe besides those that Node knows; for tests. */
  readonly ca?: string | undefined;
}

export interface Push {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  /** A later message of the same topic replaces this one at the push service. */
  readonly topic: string;
  readonly payload: string;
}

/** Seconds that a push service keeps a message for a device that is off. */
const TTL = 86_400;

export interface PushDelivery {
  /** @param begin is asked on an open connection, right before the first byte: where it says no, none is sent. */
  send(push: Push, begin?: () => Promise<boolean>): Promise<Outcome>;
  close(): void;
}

export function openPush({ vapid, limit, allowPrivate, ca }: PushOptions): PushDelivery {
  const kept = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: 64, ...(ca !== undefined && { ca }) };
  const [outside, within] = [new Agent({ ...kept, lookup: publicLookup }), new Agent(kept)];
  const send = async ({ endpoint, p256dh, auth, topic, payload }: Push, begin = async () => true): Promise<Outcome> => {
    const own = URL.canParse(endpoint) && allowPrivate(new URL(endpoint).host);
    const refused = refusal(endpoint, own);
    if (refused !== undefined) return { kind: 'gone', problem: `the endpoint ${refused}` };
    let message: ReturnType<typeof webpush.generateRequestDetails>;
    try {
      message = webpush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, { vapidDetails: { ...vapid }, TTL, topic, contentEncoding: 'aes128gcm' });
    } catch (error) {
      return { kind: 'refused', problem: `cannot be encrypted: ${error instanceof Error ? error.message : String(error)}` };
    }
    return new Promise((resolve) => {
      const call = request(endpoint, { method: 'POST', headers: message.headers, agent: own ? within : outside, signal: AbortSignal.timeout(limit) }, (response) => {
        response.on('error', () => undefined).resume();
        resolve(outcomeOf(response.statusCode ?? 0, response.headers['retry-after']));
      });
      call.on('error', (error) => {
        resolve({ kind: 'later', problem: error.name === 'TimeoutError' || error.name === 'AbortError' ? `no answer within ${limit} ms` : error.message });
      });
      const go = async (): Promise<void> => {
        const may = await begin();
        if (call.destroyed) return;
        if (may) { call.end(message.body); return; }
        resolve({ kind: 'untouched' });
        call.destroy();
      };
      // A connection that is used again has shaken hands before.
      call.once('socket', (socket) => { if (call.reusedSocket) void go(); else socket.once('secureConnect', () => { void go(); }); });
    });
  };
  return { send, close: () => { for (const agent of [outside, within]) agent.destroy(); } };
}
