/** One pass forward and one back through T steps of a cell, with every number on the way. */
import { Sequential, wasm } from 'bptt';
import type { Backend, Kernels, Tensor } from 'bptt';
import type { CellKind, ForwardStep, Named, State, Weights } from './cell.js';
import { gru } from './gru.js';
import { lstm } from './lstm.js';
import { rnn } from './rnn.js';

export type CellName = 'rnn' | 'lstm' | 'gru';
export const cells: Readonly<Record<CellName, CellKind>> = { rnn, lstm, gru };

export const STEPS = 8;

export interface Scenario {
  readonly cell: CellName;
  readonly units: number;
  readonly input: 'sine' | 'pulse' | 'noise';
  readonly loss: 'last' | 'every';
  /** Borders after this many steps (B5); 0 for none. */
  readonly truncate: number;
  readonly seed: number;
}

interface Entry { readonly name: string; readonly data: Float64Array; readonly shape: readonly number[] }

export interface Trace {
  readonly scenario: Scenario;
  readonly kind: CellKind;
  /** [T, units] of each quantity, by name; [T] of inputs. */
  readonly values: ReadonlyMap<string, Float64Array>;
  /** As the library has drawn them: kernel, recurrentKernel, bias, recurrentBias. */
  readonly weights: readonly Entry[];
  /** Of the weights by name, as summed over all steps. */
  readonly gradients: ReadonlyMap<string, Float64Array>;
  /** [T] the norm of all weight gradients together, as summed from the last step down to this one. */
  readonly norms: Float64Array;
  /** [T] what each h_t should be. */
  readonly targets: Float64Array;
  /** The mean of the squares. */
  readonly loss: number;
}

/** x_1 … x_T, and what h_t should be: the value that follows, or the first one, remembered. */
export function series({ input, seed }: Pick<Scenario, 'input' | 'seed'>): { readonly x: Float64Array; readonly y: Float64Array } {
  const value = { sine: (t: number) => Math.round(1000 * Math.sin(0.5 + (2 * Math.PI * t) / 10)) / 1000, pulse: (t: number) => Number(t === 0), noise: (t: number) => (((t + 1) * (37 + 2 * seed)) % 21 - 10) / 10 }[input];
  const values = Float64Array.from({ length: STEPS + 1 }, (_, t) => value(t));
  return { x: values.slice(0, STEPS), y: input === 'sine' ? values.slice(1) : new Float64Array(STEPS).fill(values[0] ?? 0) };
}

/** Whether nothing is sent back from step t + 1 to step t, both from 1. */
export function isCut({ truncate }: Pick<Scenario, 'truncate'>, t: number): boolean {
  return truncate > 0 && t < STEPS && t % truncate === 0;
}

/** WebAssembly, whose sums are the same bits on every machine: Math.exp and Math.tanh are not. */
async function openBackend(): Promise<Backend> {
  const backend = await wasm();
  await backend.prepare?.(['lstm', 'gru']);
  return backend;
}

/** The cell as the library makes it: the numbers here are those of a layer with this seed. */
function drawnWeights(backend: Backend, { cell, units, seed }: Scenario): Entry[] {
  const model = new Sequential([cells[cell].layer({ units })], { inputShape: [STEPS, 1], seed });
  model.compile({ loss: 'mse', backend });
  return Object.entries(model.getWeights()).map(([key, { data, shape }]) => ({ name: key.replace('cell/', ''), data: Float64Array.from(Array.from({ length: data.length }, (_, i) => Number(data[i]))), shape: [...shape] }));
}

function weightsOf(entries: readonly Entry[], make: (entry: Entry, i: number) => Tensor | undefined): Weights {
  const tensors = new Map(entries.map((entry, i) => [entry.name, make(entry, i)]));
  const [kernel, recurrentKernel, bias, recurrentBias] = ['kernel', 'recurrentKernel', 'bias', 'recurrentBias'].map((name) => tensors.get(name));
  if (!kernel || !recurrentKernel || !bias) throw new Error('a cell without kernel, recurrentKernel or bias');
  return { kernel, recurrentKernel, bias, ...(recurrentBias ? { recurrentBias } : {}) };
}

/** Both passes as kernels; `put` keeps a tensor's values under a name. */
function bothPasses(k: Kernels, scenario: Scenario, entries: readonly Entry[], given: readonly Tensor[], put: (t: number, values: Named) => void): void {
  const { units, loss } = scenario;
  const kind = cells[scenario.cell];
  const p = weightsOf(entries, (_, i) => given[i]);
  const ys = given.slice(entries.length + STEPS);
  const zeros = (): Tensor => k.zeros([1, units]);
  const steps: { readonly x: Tensor; readonly y: Tensor; readonly before: State; readonly forward: ForwardStep<unknown> }[] = [];
  let state: State = { h: zeros(), c: kind.hasMemory ? zeros() : undefined };
  given.slice(entries.length, entries.length + STEPS).forEach((x, t) => {
    const forward = kind.forward(k, p, x, state);
    put(t, { x, ...forward.values });
    steps.push({ x, y: ys[t] ?? zeros(), before: state, forward });
    ({ state } = forward);
  });

  const slope = 2 / (units * (loss === 'every' ? STEPS : 1));
  let grads = weightsOf(entries, ({ shape }) => k.zeros(shape));
  let sent: State = { h: zeros() };
  [...steps].reverse().forEach(({ x, y, before, forward }, i) => {
    const t = STEPS - 1 - i;
    const dy = loss === 'every' || i === 0 ? k.scale(k.sub(forward.state.h, y), slope) : zeros();
    const dh = k.add(dy, sent.h); // B3
    const back = kind.backward(k, p, forward, { h: dh, c: sent.c }); // B4
    put(t, { dy, dhNext: sent.h, dh, ...(kind.hasMemory ? { dcNext: sent.c ?? zeros() } : {}), ...back.values });
    grads = { ...grads };
    back.addGradients(grads, x, before.h);
    put(t, { squares: k.sumSquares(Object.values(grads)) });
    sent = isCut(scenario, t) ? { h: zeros() } : back.state; // B5
  });
  put(0, Object.fromEntries(Object.entries(grads).map(([name, sum]) => [`gradient ${name}`, sum])));
}

export async function traceOf(scenario: Scenario): Promise<Trace> {
  const backend = await openBackend();
  const entries = drawnWeights(backend, scenario);
  const { x, y } = series(scenario);
  const inputs = [
    ...entries, ...Array.from(x, (value) => ({ data: Float64Array.of(value), shape: [1, 1] })),
    ...Array.from(y, (value) => ({ data: new Float64Array(scenario.units).fill(value), shape: [1, scenario.units] })),
  ];
  const keys: { readonly name: string; readonly t: number }[] = [];
  const device = backend.open();
  const program = device.compile((k, given) => {
    const outputs: Tensor[] = [];
    bothPasses(k, scenario, entries, given, (t, values) => {
      for (const [name, tensor] of Object.entries(values)) {
        keys.push({ name, t });
        outputs.push(k.copy(tensor));
      }
    });
    return { outputs, variables: [] };
  }, inputs.map(({ shape }) => shape), []);
  const outputs = (await program.run(inputs.map(({ data }) => data))).map((data) => Float64Array.from(data));
  device.dispose();

  const values = new Map<string, Float64Array>();
  const gradients = new Map<string, Float64Array>();
  outputs.forEach((data, i) => {
    const { name, t } = keys[i] ?? { name: '', t: 0 };
    if (name.startsWith('gradient ')) gradients.set(name.slice(9), data);
    else {
      const all = values.get(name) ?? new Float64Array(STEPS * data.length);
      all.set(data, t * data.length);
      values.set(name, all);
    }
  });
  const norms = (values.get('squares') ?? new Float64Array()).map(Math.sqrt);
  values.delete('squares');
  return { scenario, kind: cells[scenario.cell], values, weights: entries, gradients, norms, targets: y, loss: lossOf(scenario, values.get('h') ?? new Float64Array(), y) };
}

function lossOf({ units, loss }: Scenario, h: Float64Array, y: Float64Array): number {
  const squares = h.map((value, i) => (value - (y[Math.floor(i / units)] ?? 0)) ** 2);
  const counted = loss === 'every' ? squares : squares.slice(-units);
  return counted.reduce((sum, square) => sum + square, 0) / counted.length;
}

/** A quantity at step t, unit j, both from 1; 0 before the first step and after the last. */
export function valueAt({ values, scenario, kind }: Trace, name: string, t: number, unit: number): number {
  const width = kind.quantities.find((quantity) => quantity.name === name)?.ofInput ? 1 : scenario.units;
  return t < 1 || t > STEPS ? 0 : values.get(name)?.[(t - 1) * width + (width === 1 ? 0 : unit - 1)] ?? 0;
}
