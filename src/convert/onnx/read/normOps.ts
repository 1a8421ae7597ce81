/** Normalisation and global pooling. */
import { BatchNorm } from '../../../layers/batchNorm.js';
import { GroupNorm } from '../../../layers/groupNorm.js';
import type { AnyLayer, SymbolicTensor } from '../../../layers/layer.js';
import { LayerNorm } from '../../../layers/layerNorm.js';
import { GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D } from '../../../layers/pooling.js';
import { RMSNorm } from '../../../layers/rmsNorm.js';
import type { Call, Value, Weight } from './call.js';
import { floatsOf } from './known.js';
import type { Known } from './known.js';
import { flowOf, laidOut, naturalOrder, sizeOfAxis } from './view.js';
import type { Axis, Flow } from './view.js';

function row(value: Known, width: number): Weight {
  return { shape: [width], data: floatsOf(value) };
}

/** Over the axes `over`, which come last; the others stay as they lie. */
function normalised(c: Call, x: Flow, over: readonly number[], kind: string, options: object, weights: Readonly<Record<string, Known | undefined>>, make: (name: string | undefined) => AnyLayer): Value {
  const last = over.flatMap((i) => x.axes[i] ?? []);
  const width = sizeOfAxis(last);
  const given = Object.entries(weights).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  for (const [name, value] of given) if (value.data.length !== width) c.refuse(`${name} [${value.shape.join(', ')}] for ${width} numbers`);
  const rest = naturalOrder(x, over).map((i) => x.axes[i] ?? []);
  const base: Axis[] = [c.around.batch, ...rest, last];
  const [y] = c.apply(kind, options, Object.fromEntries(given.map(([name, value]) => [name, row(value, width)])), given.map(([, value]) => value.name), make, [laidOut(x, base)]);
  return y ? flowOf(y, base, x.axes) : c.refuse('nothing');
}

export function batchNorm(c: Call): Value {
  if (c.int('training_mode', 0) !== 0) c.refuse('training_mode: a model here knows by itself whether it is trained');
  if (c.opset < 7 && c.int('is_test', 0) === 0) c.refuse('is_test 0: a model here knows by itself whether it is trained');
  if (c.int('spatial', 1) !== 1) c.refuse('spatial 0: statistics of each place');
  const x = c.flow(0);
  c.requireBatch(x, 0);
  const options = { epsilon: c.float('epsilon', 1e-5), momentum: c.float('momentum', Math.fround(0.9)) };
  const weights = { gamma: c.known(1), beta: c.known(2), movingMean: c.known(3), movingVariance: c.known(4) };
  return normalised(c, x, [1], 'BatchNorm', options, weights, (name) => new BatchNorm({ ...options, name }));
}

/** From an axis to the end. */
function tail(c: Call, x: Flow, axis: number): number[] {
  const from = c.axis(axis, x.axes.length);
  const over = x.axes.map((_, i) => i).filter((i) => i >= from);
  if (over.some((i) => (x.axes[i] ?? []).some(({ batch }) => batch))) c.refuse('over the batch');
  return over;
}

export function layerNorm(c: Call): Value {
  if (c.isRead(1) || c.isRead(2)) c.refuse('its mean or its deviation is read');
  const x = c.flow(0);
  const beta = c.optional(2);
  const options = { epsilon: c.float('epsilon', 1e-5), center: beta !== undefined };
  return normalised(c, x, tail(c, x, c.int('axis', -1)), 'LayerNorm', options, { gamma: c.known(1), beta }, (name) => new LayerNorm({ ...options, name }));
}

export function rmsNorm(c: Call): Value {
  const x = c.flow(0);
  const options = { epsilon: c.float('epsilon', 1e-5) };
  return normalised(c, x, tail(c, x, c.int('axis', -1)), 'RMSNorm', options, { gamma: c.known(1) }, (name) => new RMSNorm({ ...options, name }));
}

/** InstanceNormalization is one group for each channel. */
export function groupNorm(c: Call): Value {
  const x = c.flow(0);
  c.requireBatch(x, 0);
  const channels = sizeOfAxis(x.axes[1] ?? []);
  const groups = c.node.opType === 'InstanceNormalization' ? channels : c.int('num_groups', 1);
  if (c.known(1).data.length !== channels) c.refuse('a factor for each group, as opset 18 has it, and not for each channel');
  const options = { groups, epsilon: c.float('epsilon', 1e-5) };
  return normalised(c, x, [1], 'GroupNorm', options, { gamma: c.known(1), beta: c.known(2) }, (name) => new GroupNorm({ ...options, name }));
}

/** Over one axis as a sequence, over two as an image: two open ones cannot be made one. @param rest what stays. */
export function pooledOver(x: Flow, kind: 'Average' | 'Max', gone: readonly Axis[], rest: readonly Axis[]): SymbolicTensor {
  const batch = x.base[0] ?? [];
  if (gone.length === 2) return (kind === 'Max' ? new GlobalMaxPool2D() : new GlobalAveragePool2D()).apply(laidOut(x, [batch, ...gone, rest.flat()]));
  return (kind === 'Max' ? new GlobalMaxPool1D() : new GlobalAveragePool1D()).apply(laidOut(x, [batch, gone.flat(), rest.flat()]));
}

export function globalPool(kind: 'Average' | 'Max'): (c: Call) => Value {
  return (c) => {
    const x = c.flow(0);
    c.requireBatch(x, 0);
    const [batch = [], channels = [], ...space] = x.axes;
    const order = naturalOrder(x, [1]).map((i) => x.axes[i] ?? []);
    const y = pooledOver(x, kind, order, [channels]);
    return flowOf(y, [batch, channels], [batch, channels, ...space.map((): Axis => [])]);
  };
}
