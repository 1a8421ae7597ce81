/**
 * Keeps the explorer where its reader is: once it has been opened, it opens and works without a network, every panel of it. With one, what the
 * network says counts; without, what it said last. A service worker, which `scripts/site/explorer.mjs` tells what the page is made of.
 */

/** Paths of all files beside this one, the page itself as `./`. */
declare const FILES: readonly string[];
/** Another one wherever a file is another. */
declare const VERSION: string;

interface Waiting extends Event { waitUntil(work: Promise<unknown>): void }
interface Asked extends Waiting { readonly request: Request; respondWith(answer: Promise<Response>): void }
interface ServiceWorker {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', listener: (event: Waiting) => void): void;
  addEventListener(type: 'fetch', listener: (event: Asked) => void): void;
}
declare const self: ServiceWorker;

/** Several explorers of one host share its caches. */
const scope = new URL('./', location.href).pathname;
const name = `bptt explorer ${scope} ${VERSION}`;

async function keep(): Promise<void> {
  const cache = await caches.open(name);
  await cache.addAll([...FILES]);
  await self.skipWaiting();
}

async function begin(): Promise<void> {
  const old = (await caches.keys()).filter((key) => key.startsWith(`bptt explorer ${scope} `) && key !== name);
  await Promise.all(old.map((key) => caches.delete(key)));
  await self.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    // The page is one, whether its address ends in index.html or not.
    const kept = await (await caches.open(name)).match(request.mode === 'navigate' ? './' : request);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener('install', (event) => event.waitUntil(keep()));
self.addEventListener('activate', (event) => event.waitUntil(begin()));
self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET') event.respondWith(answer(event.request));
});
