/** The shell: which panel, in which state, is what the address says; both follow each other. */
import { panels } from './panels.js';
import type { PanelEntry } from './panels.js';
import { readAddress, writeAddress } from './shell/address.js';
import { el } from './shell/dom.js';
import type { OpenPanel } from './shell/panel.js';

function find(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

const place = find('panel');
const live = find('live');
const links = new Map(panels.map(({ name, short }, i) => [name, el('a', { href: `#${name}` }, `${i + 1} ${short}`)]));
find('panels').append(...Array.from(links.values(), (link) => el('li', {}, link)));

let shownPanel: { readonly entry: PanelEntry; readonly open: OpenPanel } | undefined;
let wanted = '';

/** Spoken once the reader has stopped changing things. */
let waiting: ReturnType<typeof setTimeout> | undefined;
function say(text: string): void {
  clearTimeout(waiting);
  waiting = setTimeout(() => (live.textContent = text), 400);
}

/** Browsers refuse addresses that change more than 100 times in 30 seconds, as they would while a slider is dragged: then the last one alone. */
const written: number[] = [];
let unwritten: ReturnType<typeof setTimeout> | undefined;
function write(hash: string): void {
  clearTimeout(unwritten);
  const now = performance.now();
  while (written[0] !== undefined && written[0] < now - 30_000) written.shift();
  if (written.length < 60) {
    written.push(now);
    history.replaceState(null, '', hash);
  } else unwritten = setTimeout(() => history.replaceState(null, '', hash), 500);
}

async function go(): Promise<void> {
  clearTimeout(unwritten);
  const address = readAddress(location.hash);
  const entry = panels.find(({ name }) => name === address.panel) ?? panels[0];
  if (!entry) return;
  if (shownPanel?.entry === entry) {
    shownPanel.open.show(address.query);
    return;
  }
  wanted = entry.name;
  const { panel } = await entry.load();
  if (wanted !== entry.name) return;
  const moved = shownPanel !== undefined;
  shownPanel?.open.close();
  for (const [name, link] of links) link.toggleAttribute('aria-current', name === entry.name);
  document.title = `${entry.title} · bptt explorer`;
  const heading = el('h1', { tabindex: -1 }, entry.title);
  const body = el('div', { class: 'body' });
  place.replaceChildren(heading, el('p', { class: 'lead' }, entry.lead), body, el('p', { class: 'derivations' }, 'Derived in: ',
    ...entry.derivations.flatMap(({ text, href }, i) => [i > 0 ? ', ' : '', el('a', { href: `../${href}` }, text)]), '.'));
  const open = panel.open(body, address.query, {
    say,
    changed(query) {
      const hash = writeAddress({ panel: entry.name, query });
      write(hash);
      links.get(entry.name)?.setAttribute('href', hash);
    },
  });
  shownPanel = { entry, open };
  if (moved) heading.focus();
}

// The choice made on the pages beside this one.
const scheme = localStorage.getItem('vitepress-theme-appearance');
if (scheme === 'light' || scheme === 'dark') document.documentElement.style.colorScheme = scheme;

window.addEventListener('hashchange', () => void go());
await go();

// Where service workers may run (https, or this machine), it needs no network from now on.
if ('serviceWorker' in navigator) navigator.serviceWorker.register('offline.worker.js').catch((error: unknown) => console.warn('The explorer will need a network:', error));
