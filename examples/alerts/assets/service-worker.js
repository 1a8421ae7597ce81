/** Shows what is pushed, and a line instead of the browser's error page where there is no connection. Pages are never kept: they are private. */

addEventListener('install', () => { skipWaiting(); });
addEventListener('activate', (event) => { event.waitUntil(clients.claim()); });

addEventListener('push', (event) => {
  const { title, body, url, tag } = event.data.json();
  event.waitUntil(registration.showNotification(title, { body, tag, icon: '/icon-192.png', badge: '/icon-192.png', data: { url } }));
});

addEventListener('notificationclick', (event) => {
  event.notification.close();
  // Only pages of ours, whatever was pushed.
  const url = new URL(event.notification.data.url, location.origin);
  if (url.origin !== location.origin) return;
  event.waitUntil((async () => {
    const open = (await clients.matchAll({ type: 'window' })).find((client) => client.url === url.href);
    await (open ? open.focus() : clients.openWindow(url.href));
  })());
});

const OFFLINE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>No connection</title><h1>No connection</h1><p>Notifications are shown once there is one.</p></html>`;

addEventListener('fetch', (event) => {
  if (event.request.mode !== 'navigate' || event.request.method !== 'GET') return;
  event.respondWith(fetch(event.request).catch(() => new Response(OFFLINE, { status: 503, headers: { 'Content-Type': 'text/html; charset=utf-8', 'Content-Security-Policy': `default-src 'none'` } })));
});
