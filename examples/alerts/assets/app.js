/** What pages do beyond their forms and links: count live, show what a threshold would have done while it is chosen, tell a device. */

const member = document.body.dataset.member === 'yes';

if ('serviceWorker' in navigator) navigator.serviceWorker.register('/service-worker.js').catch(() => undefined);

/** A fresh copy of this page, or of another, to take parts from. */
async function fetched(path) {
  const response = await fetch(path, { headers: { Accept: 'text/html' } });
  if (!response.ok || response.redirected) return undefined;
  return new DOMParser().parseFromString(await response.text(), 'text/html');
}

function take(from, selector) {
  const [there, here] = [from?.querySelector(selector), document.querySelector(selector)];
  if (there && here) here.replaceWith(document.adoptNode(there));
}

// The count, and the list where it is open ---------------------------------------------------------------------------

if (member && 'EventSource' in window) {
  let shown;
  const live = new EventSource('/live');
  live.addEventListener('state', async (event) => {
    const state = JSON.parse(event.data);
    const badge = document.getElementById('unread');
    if (badge) {
      badge.firstChild.textContent = String(state.unread);
      badge.classList.toggle('none', state.unread === 0);
      badge.dataset.count = String(state.unread);
    }
    const before = shown;
    shown = state;
    if (before === undefined || location.pathname !== '/notifications' || location.search !== '') return;
    if (before.newest !== state.newest) take(await fetched('/notifications'), 'main');
    // How far the first training is, and that it has ended.
    else if (before.trained !== state.trained) take(await fetched('/notifications'), '#check-note');
  });
  addEventListener('pagehide', () => { live.close(); });
}

// What a threshold would have done -----------------------------------------------------------------------------------

const form = document.getElementById('alert-form');
if (form) {
  let timer;
  const look = async () => {
    const values = new URLSearchParams(new FormData(form));
    take(await fetched(`${form.dataset.here}?${values}`), '#look-back');
  };
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, 300);
  });
}

// The time zone of whoever signs up ----------------------------------------------------------------------------------

const zones = location.pathname === '/sign-up' ? document.getElementById('timeZone') : null;
if (zones) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if ([...zones.options].some((option) => option.value === own)) zones.value = own;
}

// This device --------------------------------------------------------------------------------------------------------

const push = document.getElementById('push');
if (push) {
  const [state, on, off] = ['push-state', 'push-on', 'push-off'].map((id) => document.getElementById(id));
  const send = (path, body) => fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const show = (text, subscribed) => {
    state.textContent = text;
    on.hidden = subscribed !== false;
    off.hidden = subscribed !== true;
  };
  const key = Uint8Array.from(atob(push.dataset.key.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0));

  const tell = async () => {
    if (!('serviceWorker' in navigator) || !('PushManager' in window)) return show('This browser, or this page while it is not installed, has no web push.');
    if (Notification.permission === 'denied') return show('Notifications of this page are blocked in the browser’s settings.');
    const { pushManager } = await navigator.serviceWorker.ready;
    const subscription = await pushManager.getSubscription();
    return subscription ? show('This device is told.', true) : show('This device is not told yet.', false);
  };

  on.addEventListener('click', async () => {
    try {
      if (await Notification.requestPermission() !== 'granted') return await tell();
      const { pushManager } = await navigator.serviceWorker.ready;
      const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      const response = await send('/push/subscribe', subscription.toJSON());
      if (!response.ok) throw new Error(await response.text());
      show('This device is told.', true);
    } catch (error) {
      show(`It could not be turned on: ${error.message}`, false);
    }
  });
  off.addEventListener('click', async () => {
    const { pushManager } = await navigator.serviceWorker.ready;
    const subscription = await pushManager.getSubscription();
    if (subscription) {
      await send('/push/unsubscribe', { endpoint: subscription.endpoint });
      await subscription.unsubscribe();
    }
    await tell();
  });
  void tell();
}
