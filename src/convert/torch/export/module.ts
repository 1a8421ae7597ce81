/** A model as the text of a module of PyTorch. */
import { firstUses, lastingTensors } from '../../../models/graph/network.js';
import type { Network, NetworkNode } from '../../../models/graph/network.js';
import { cellsHelper } from './cells.js';
import { maskOf, maskedHelper } from './masks.js';
import { plainEmitters } from './plain.js';
import { recurrentEmitters } from './recurrent.js';
import type { Emitter, PythonLayer, Site } from './site.js';
import { windowEmitters } from './windows.js';

function emitterOf(className: string): Emitter | undefined {
  return recurrentEmitters[className] ?? windowEmitters[className] ?? plain[className];
}

const plain = plainEmitters(emitterOf);

/** Words of Python, and what every module has already. */
const taken = new Set((
  'False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield self '
  + 'add_module apply bfloat16 buffers children compile cpu cuda double eval extra_repr float forward half ipu load_state_dict modules named_buffers named_children named_modules named_parameters '
  + 'parameters register_buffer register_module register_parameter requires_grad_ share_memory state_dict to train training type xpu zero_grad T_destination dump_patches'
).split(' '));

/** Names of layers as attributes, all different. */
function attributesOf(names: readonly string[]): Map<string, string> {
  const used = new Set(taken);
  return new Map(names.map((name) => {
    const stem = name.replace(/\W/g, '_').replace(/^(?=\d)/, '_');
    let attribute = stem;
    for (let n = 1; used.has(attribute); n++) attribute = `${stem}_${n}`;
    used.add(attribute);
    return [name, attribute];
  }));
}

export interface PythonModule {
  readonly text: string;
  /** Modules with weights, layer by layer, as the slots of the layer have them. */
  readonly modules: ReadonlyMap<string, readonly string[]>;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

/** @param file of the weights. @param double whether they are float64. */
export function moduleText(network: Network, file: string, double: boolean): PythonModule {
  const attributes = attributesOf(firstUses(network).map(({ name }) => name));
  const weights = new Map(lastingTensors(network).map(({ name, tensors }) => [name, new Map(tensors.map((spec) => [spec.name, spec.shape]))]));
  const modules = new Map<string, readonly string[]>();
  const problems: string[] = [];
  const init: string[] = [];
  const forward: string[] = [];
  for (const node of network.nodes) {
    const layer = layerOf(network, node, attributes.get(node.name) ?? node.name, weights.get(node.name) ?? new Map());
    if (typeof layer === 'string') {
      problems.push(`'${node.name}' (${node.layer.className}): ${layer}`);
      continue;
    }
    if (!modules.has(node.name)) init.push(...layer.modules.map(([attribute, made]) => `self.${attribute} = ${made}`));
    modules.set(node.name, layer.modules.map(([attribute]) => attribute));
    forward.push(...layer.lines(node.inputs.map((id) => `v${id}`), node.outputs.map((id) => `v${id}`)));
  }
  return { text: textOf(network, init, forward, file, double), modules, problems: [...new Set(problems)], notes: notesOf(network) };
}

function layerOf(network: Network, node: NetworkNode, attribute: string, shapes: Site['shapes']): PythonLayer | string {
  const { layer, inputShapes, outputShapes } = node;
  const emitter = emitterOf(layer.className);
  if (!emitter) return 'PyTorch has no such layer';
  const masked = maskOf(network, node);
  return typeof masked === 'string' ? masked : emitter({ attribute, className: layer.className, config: layer.config(), shapes, inputShapes, outputShapes, ...masked });
}

function notesOf(network: Network): string[] {
  return firstUses(network).flatMap(({ name, layer }) => {
    const { stateful, dropout, recurrentDropout, zeroOutputForMask } = layer.config();
    return [
      ...(stateful === true ? [`'${name}' is stateful: in PyTorch every call begins with zeros`] : []),
      ...([dropout, recurrentDropout].some((rate) => typeof rate === 'number' && rate > 0) && 'cell' in layer ? [`'${name}': its dropout is not in the module, for nn.LSTM and the like drop nothing within a layer`] : []),
      ...(zeroOutputForMask === true ? [`'${name}': lengths are not in the module`] : []),
    ];
  });
}

const rmsNorm = `

class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight
`;

function textOf({ inputs, outputs }: Network, init: readonly string[], forward: readonly string[], file: string, double: boolean): string {
  const indented = (lines: readonly string[]): string => lines.map((text) => `        ${text}\n`).join('');
  return `"""Written by bptt. Sequences are [batch, time, features], images [batch, height, width, channels], as there."""
import json
import struct

import torch
from torch import nn
from torch.nn import functional as F


def read_safetensors(path):
    types = {'F64': torch.float64, 'F32': torch.float32, 'F16': torch.float16}
    with open(path, 'rb') as file:
        data = bytearray(file.read())
    begin = 8 + struct.unpack_from('<Q', data)[0]
    entries = json.loads(data[8:begin])
    entries.pop('__metadata__', None)
    return {name: torch.frombuffer(data[begin + entry['data_offsets'][0]:begin + entry['data_offsets'][1]], dtype=types[entry['dtype']]).reshape(entry['shape'])
            for name, entry in entries.items()}
${init.some((text) => text.includes('= RMSNorm(')) ? rmsNorm : ''}${forward.some((text) => text.includes('= masked(')) ? maskedHelper : ''}${init.some((text) => text.includes('= Cells(')) ? cellsHelper : ''}

class Model(nn.Module):
    def __init__(self):
        super().__init__()
${indented(init)}
    def forward(self, ${inputs.map(({ id }) => `v${id}`).join(', ')}):
${indented([...forward, `return ${outputs.map(({ id }) => `v${id}`).join(', ')}`])}

def load(path='${file}'):
    model = Model()${double ? '.double()' : ''}
    model.load_state_dict(read_safetensors(path))
    return model.eval()
`;
}
