/** The model in other formats, as downloads. */
import { button, el } from '../shell/dom.js';
import { ask } from './ask.js';
import type { SaveFormat } from './messages.js';

const formats: readonly (readonly [format: SaveFormat, label: string])[] = [
  ['onnx', 'ONNX'], ['bptt', 'safetensors (bptt)'], ['torch', 'PyTorch (state dict and module)'], ['tensorflowjs', 'TensorFlow.js (model.json and weights)'],
];

export function savePanel(): HTMLElement {
  const half = el('input', { type: 'checkbox', id: 'half' });
  const said = el('p', { role: 'status', class: 'verdict' });
  const save = async (format: SaveFormat): Promise<void> => {
    said.textContent = 'Writing …';
    try {
      const files = await ask('save', { format, half: half.checked });
      for (const { name, bytes } of files) download(name, bytes);
      said.textContent = `Written: ${files.map(({ name, bytes }) => `${name}, ${bytes.length.toLocaleString('en-US')} bytes`).join('; ')}.`;
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : String(error);
    }
  };
  return el('section', { 'aria-labelledby': 'save-title' },
    el('h2', { id: 'save-title' }, 'Download it'),
    el('p', {}, el('label', {}, half, ' weights as float16 (not of bptt’s own files)')),
    el('div', { class: 'buttons' }, ...formats.map(([format, label]) => button(label, () => { void save(format); }))), said);
}

function download(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  el('a', { href: url, download: name }).click();
  setTimeout(() => { URL.revokeObjectURL(url); }, 60_000);
}
