/** What is in the file: facts, layers with their shapes, tensors. */
import { el } from '../shell/dom.js';
import type { Opened } from './messages.js';

const formats = { bptt: 'bptt', torch: 'PyTorch', safetensors: 'safetensors', keras: 'Keras', tensorflowjs: 'TensorFlow.js', onnx: 'ONNX' } as const;
/** More rows would make the page slow, and nobody reads them. */
const most = 300;

export function describe({ name, size, description, model, problems, wantsModel }: Opened): HTMLElement {
  const { format, about, inputs, outputs, layers, tensors, parameters } = description;
  const ports = (list: typeof inputs): string => list.map((port) => `${port.name} [${port.shape.map((length) => length ?? 'any').join(', ')}]`.trim()).join('; ');
  const facts: [string, string][] = [
    ['Format', [formats[format], ...Object.entries(about).filter(([key]) => !key.includes('.')).slice(0, 8).map(([key, value]) => `${key} ${String(value).slice(0, 60)}`)].join(', ')],
    ['Size', `${size.toLocaleString('en-US')} bytes, ${(model?.parameters ?? parameters).toLocaleString('en-US')} parameters, ${tensors.length.toLocaleString('en-US')} tensors`],
    ...(inputs.length > 0 ? [['Inputs', ports(inputs)] as [string, string]] : []), ...(outputs.length > 0 ? [['Outputs', ports(outputs)] as [string, string]] : []),
  ];
  const known = layers.filter(({ type }) => type !== '');
  return el('section', { 'aria-labelledby': 'opened-name' },
    el('h2', { id: 'opened-name', tabindex: '-1' }, name),
    el('dl', {}, ...facts.flatMap(([term, text]) => [el('dt', {}, term), el('dd', {}, text)])),
    ...(wantsModel && !model && problems.length === 0 ? [el('p', {}, 'It holds weights, and says nothing of layers. Choose a model of bptt with the same layers (.safetensors, as model.save writes it), and it takes them.')] : []),
    ...(problems.length > 0 ? [el('h3', {}, 'Why it cannot be run here'), el('ul', { class: 'problems' }, ...problems.slice(0, most).map((problem) => el('li', {}, problem)))] : []),
    ...(model && model.notes.length > 0 ? [el('details', {}, el('summary', {}, `Notes (${model.notes.length})`), el('ul', {}, ...model.notes.slice(0, most).map((note) => el('li', {}, note))))] : []),
    ...(model ? [table('Layers', ['Layer', 'Type', 'Output', 'Parameters'], model.layers.map((layer) => [layer.name, layer.type, layer.shape, layer.parameters.toLocaleString('en-US')]))]
      : known.length > 0 ? [table('Layers', ['Layer', 'Type', 'Parameters'], known.map((layer) => [layer.name, layer.type, layer.parameters?.toLocaleString('en-US') ?? '']))] : []),
    el('details', {}, el('summary', {}, `Tensors (${tensors.length.toLocaleString('en-US')})`), table('Tensors', ['Tensor', 'Type', 'Shape'], tensors.map((tensor) => [tensor.name, tensor.dtype, `[${tensor.shape.join(', ')}]`]))),
  );
}

/** In a box that scrolls, reachable by keyboard. */
export function table(name: string, head: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': name },
    el('table', { class: 'listed' },
      el('thead', {}, el('tr', {}, ...head.map((title) => el('th', { scope: 'col' }, title)))),
      el('tbody', {}, ...rows.slice(0, most).map(([first = '', ...rest]) => el('tr', {}, el('th', { scope: 'row' }, first), ...rest.map((cell) => el('td', {}, cell))))),
    ), ...(rows.length > most ? [el('p', { class: 'note' }, `and ${(rows.length - most).toLocaleString('en-US')} more`)] : []));
}
