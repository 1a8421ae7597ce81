/** Work that begins once the answer has left: whatever it finds out, how long the answer took says nothing of it. */
import type { Context } from 'hono';
import type { WebEnv, WebServices } from '../services.js';

export function afterAnswer({ env: { outgoing } }: Context<WebEnv>, services: WebServices, what: string, work: () => Promise<void>): void {
  services.background(what, async () => {
    // `close` comes after the last byte was handed over, and also where nobody waits for it any more.
    if (!outgoing.closed) await new Promise((resolve) => { outgoing.once('close', resolve); });
    await work();
  });
}
