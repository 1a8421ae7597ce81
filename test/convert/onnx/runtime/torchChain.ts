/** PyTorch → bptt → ONNX → onnxruntime: what PyTorch computes with weights that it drew comes out of the runtime. */
import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportOnnx, importTorch, readTorch } from '../../../../src/convert/index.js';
import { BatchNorm, Bidirectional, Conv1D, Dense, GRU, LSTM, LayerNorm, RNN, LSTMCell, GRUCell, Sequential, SimpleRNN, SimpleRNNCell, StackedCells } from '../../../../src/index.js';
import type { AnyCell, AnyLayer, Model, Shape } from '../../../../src/index.js';
import { runTorch } from '../../torch/python.js';
import { differenceOf } from './agreement.js';
import { openInRuntime } from './onnxruntime.js';

const recurrent = fc.record({ kind: fc.constantFrom('LSTM', 'GRU', 'RNN', 'RNN relu'), units: fc.integer({ min: 1, max: 6 }), depth: fc.integer({ min: 1, max: 3 }), both: fc.boolean(), bias: fc.boolean(), projected: fc.boolean() });
const parts = {
  recurrent,
  Conv1d: fc.record({ groups: fc.constantFrom(1, 2), filters: fc.integer({ min: 1, max: 3 }), taps: fc.integer({ min: 1, max: 3 }), bias: fc.boolean() }),
  Linear: fc.record({ units: fc.integer({ min: 1, max: 6 }), bias: fc.boolean() }),
  BatchNorm1d: fc.record({}), LayerNorm: fc.record({}),
};
type Values = { readonly [K in keyof typeof parts]: (typeof parts)[K] extends fc.Arbitrary<infer T> ? T : never };
type Part = { readonly [K in keyof Values]: { readonly part: K } & Values[K] }[keyof Values];

/** Modules in a chain, of sequences from beginning to end. */
export interface Chain { readonly width: number; readonly steps: number; readonly parts: readonly Part[] }

export const chains: fc.Arbitrary<Chain> = fc.record({
  width: fc.integer({ min: 1, max: 3 }).map((half) => 2 * half), steps: fc.integer({ min: 3, max: 9 }),
  parts: fc.array(fc.oneof(
    ...(Object.keys(parts) as (keyof Values)[]).map((part) => ({ weight: part === 'recurrent' ? 3 : 1, arbitrary: (parts[part] as fc.Arbitrary<object>).map((values) => ({ part, ...values }) as Part) })),
  ), { minLength: 1, maxLength: 4 }),
});

/** The modules of a chain as Python builds them, one after the other, with widths worked out there; then the state dict and what it predicts, as files. */
const script = `
import json, sys, torch
from torch import nn
torch.set_num_threads(1)
folder = sys.argv[1]
for n, chain in enumerate(json.load(open(f'{folder}/chains.json'))):
    torch.manual_seed(chain['seed'])
    width, modules, runs = chain['width'], nn.ModuleList(), []
    for p in chain['parts']:
        kind = p['part']
        if kind == 'recurrent':
            units, both = p['units'], p['both']
            options = dict(num_layers=p['depth'], bidirectional=both, bias=p['bias'], batch_first=True)
            if p['kind'] == 'LSTM':
                shown = max(1, units // 2) if p['projected'] and units > 1 else units
                m = nn.LSTM(width, units, proj_size=shown if shown < units else 0, **options)
            else:
                shown = units
                m = nn.GRU(width, units, **options) if p['kind'] == 'GRU' else nn.RNN(width, units, nonlinearity='relu' if 'relu' in p['kind'] else 'tanh', **options)
            run, width = (lambda m: lambda x: m(x)[0])(m), shown * (2 if both else 1)
        elif kind == 'Conv1d':
            groups = p['groups'] if width % p['groups'] == 0 else 1
            m = nn.Conv1d(width, p['filters'] * groups, p['taps'], groups=groups, bias=p['bias'], padding=p['taps'] // 2)
            run, width = (lambda m: lambda x: m(x.transpose(1, 2)).transpose(1, 2))(m), p['filters'] * groups
        elif kind == 'Linear':
            m = nn.Linear(width, p['units'], bias=p['bias'])
            run, width = m, p['units']
        elif kind == 'BatchNorm1d':
            m = nn.BatchNorm1d(width)
            with torch.no_grad():
                m.running_mean.normal_(); m.running_var.uniform_(0.5, 2); m.weight.normal_(); m.bias.normal_()
            run = (lambda m: lambda x: m(x.transpose(1, 2)).transpose(1, 2))(m)
        elif width == 1:
            continue
        else:
            m = nn.LayerNorm(width)
            with torch.no_grad():
                m.weight.normal_(); m.bias.normal_()
            run = m
        modules.append(m); runs.append(run)
    modules.eval()
    x = torch.randn(2, chain['steps'], chain['width'])
    y = x
    with torch.no_grad():
        for run in runs: y = run(y)
    torch.save({'state_dict': modules.state_dict(), 'x': x.clone(), 'y': y.contiguous().clone()}, f'{folder}/{n}.pt')
`;

/** The same chain here. */
function modelOf({ width, parts: list }: Chain): Model {
  let channels = width;
  const layers = list.flatMap((p): AnyLayer[] => {
    switch (p.part) {
      case 'recurrent': {
        const shown = p.kind === 'LSTM' && p.projected && p.units > 1 ? Math.floor(p.units / 2) : p.units;
        channels = shown * (p.both ? 2 : 1);
        return recurrentLayers(p, shown < p.units ? shown : undefined);
      }
      case 'Conv1d': {
        const groups = channels % p.groups === 0 ? p.groups : 1;
        channels = p.filters * groups;
        return [new Conv1D({ filters: channels, kernelSize: p.taps, groups, useBias: p.bias, padding: Math.floor(p.taps / 2) })];
      }
      case 'Linear': channels = p.units; return [new Dense({ units: p.units, useBias: p.bias })];
      case 'BatchNorm1d': return [new BatchNorm({ epsilon: 1e-5 })];
      case 'LayerNorm': return channels === 1 ? [] : [new LayerNorm({ epsilon: 1e-5 })]; // of one number it is β, and 300 times what rounding makes of x − x
    }
  });
  return new Sequential(layers, { inputShape: [null, width], seed: 1 });
}

function recurrentLayers({ kind, units, depth, both, bias: useBias }: Values['recurrent'], projection: number | undefined): AnyLayer[] {
  const relu = kind === 'RNN relu' ? { activation: 'relu' as const } : {};
  const one = (): LSTM | GRU | SimpleRNN => {
    const options = { units, useBias, returnSequences: true };
    return kind === 'LSTM' ? new LSTM({ ...options, projection }) : kind === 'GRU' ? new GRU(options) : new SimpleRNN({ ...options, ...relu });
  };
  const cell = (): AnyCell => (kind === 'LSTM' ? new LSTMCell({ units, useBias, projection }) : kind === 'GRU' ? new GRUCell({ units, useBias }) : new SimpleRNNCell({ units, useBias, ...relu }));
  const each = Array.from({ length: depth });
  if (both) return each.map(() => new Bidirectional({ layer: one() }));
  return depth === 2 ? [new RNN({ cell: new StackedCells({ cells: each.map(cell) }), returnSequences: true })] : each.map(one);
}

/** Runs PyTorch once for all of them. Gives each chain's name and the largest difference of its outputs, in units of the largest number. */
export async function judgeChains(list: readonly Chain[], seed: number, judged: (name: string, difference: () => Promise<number>) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bptt-chain-'));
  try {
    writeFileSync(join(folder, 'chains.json'), JSON.stringify(list.map((chain, i) => ({ ...chain, seed: seed + i }))));
    runTorch(script, folder);
    for (const [i, chain] of list.entries()) await judged(JSON.stringify(chain), () => throughRuntime(readFileSync(join(folder, `${i}.pt`)), modelOf(chain), i % 2 === 0 ? 17 : 22));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A file with `state_dict`, inputs `x` or `x0`, `x1`, … and outputs `y`: through a model and its ONNX file. */
export async function throughRuntime(bytes: Uint8Array, model: Model, opset: 17 | 22, indices = false): Promise<number> {
  const { unused } = await importTorch(bytes, model, { prefix: 'state_dict' });
  const { tensors } = await readTorch(bytes);
  if (unused.some((name) => name.startsWith('state_dict'))) throw new Error(`left over: ${unused.join(', ')}`);
  const { bytes: file, inputs, outputs: [output] } = await exportOnnx(model, { opset });
  const session = await openInRuntime(file);
  const given = (name: string): { data: Float64Array; shape: Shape } => {
    const { data = new Float64Array(), shape = [] } = tensors.get(name) ?? {};
    return { data: Float64Array.from(data as ArrayLike<number>), shape };
  };
  const results = await session.run(Object.fromEntries(inputs.map(({ name }, i) => [name, { type: indices ? 'int32' as const : 'float32' as const, ...given(inputs.length === 1 ? 'x' : `x${i}`) }])));
  await session.release();
  return differenceOf(results.get(output?.name ?? ''), given('y'), output?.name ?? '');
}
