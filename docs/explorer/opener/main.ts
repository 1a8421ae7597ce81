/** Open a model file: what is in it, what it says to numbers of one's own, and the same model in other formats. Nothing leaves the page. */
import { button, el } from '../shell/dom.js';
import { ask, ready } from './ask.js';
import { describe } from './described.js';
import type { GivenFile, Opened } from './messages.js';
import { runPanel } from './runPanel.js';
import { savePanel } from './savePanel.js';

const place = document.getElementById('opened') ?? document.body;
const status = document.getElementById('status') ?? document.body;
const zone = document.getElementById('drop') ?? document.body;

/** Weights that wait for the model which takes them. */
let waiting: readonly GivenFile[] = [];

async function show(open: () => Promise<Opened>, files: readonly GivenFile[]): Promise<void> {
  status.textContent = 'Reading …';
  place.replaceChildren();
  try {
    const opened = await open();
    if (!opened.wantsModel || opened.model) waiting = [];
    else if (files.some(({ name }) => name === opened.name)) waiting = files;
    place.append(describe(opened), ...(opened.model ? [runPanel(opened.model), savePanel()] : []));
    status.textContent = opened.model ? `${opened.name} is open.` : opened.wantsModel ? `${opened.name} holds weights without layers.` : `${opened.name} cannot become a model here.`;
    place.querySelector('h2')?.focus();
  } catch (error) {
    waiting = [];
    status.textContent = error instanceof Error ? error.message : String(error);
  }
}

async function take(list: Iterable<File>): Promise<void> {
  const files = await Promise.all([...list].map(async (file): Promise<GivenFile> => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
  if (files.length === 0) return;
  await show(() => ask('open', { files, waiting }), files);
}

const chosen = el('input', { type: 'file', multiple: true, id: 'file' });
chosen.addEventListener('change', () => {
  void take(chosen.files ?? []).then(() => { chosen.value = ''; });
});
zone.append(
  el('label', { for: 'file' }, 'A model file, or a model.json with its weights'), chosen,
  button('Show an example', () => { void show(() => ask('example', {}), []); }),
);
zone.addEventListener('dragover', (event) => {
  event.preventDefault();
  zone.classList.add('over');
});
zone.addEventListener('dragleave', () => { zone.classList.remove('over'); });
// Beside the zone, too: a browser would leave the page for the file.
document.addEventListener('dragover', (event) => { event.preventDefault(); });
document.addEventListener('drop', (event) => {
  event.preventDefault();
  zone.classList.remove('over');
  void take(event.dataTransfer?.files ?? []);
});
await ready;
status.textContent = 'Ready.';
