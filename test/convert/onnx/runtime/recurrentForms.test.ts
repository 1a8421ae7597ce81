/** Attributes and inputs of LSTM and GRU that no exporter of today writes, or few do, beside onnxruntime. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConversionError } from '../../../../src/index.js';
import { importOnnx } from '../../../../src/convert/index.js';
import type { OnnxAttribute } from '../../../../src/convert/onnx/proto/graph.js';
import { floatTensor, int, intTensor, text, texts } from '../../../../src/convert/onnx/write/graphBuilder.js';
import { reordered } from '../../../../src/convert/onnx/write/layerWriter.js';
import { rejected } from '../../../models/support.js';
import { randomTensor } from '../../../support/values.js';
import { handmade } from '../handmade.js';
import type { Step } from '../handmade.js';
import { differenceOf } from './agreement.js';
import { openInRuntime } from './onnxruntime.js';

const random = (name: string, ...shape: number[]): ReturnType<typeof floatTensor> => floatTensor(name, randomTensor(shape.length, name, shape).data, shape);
const constants = [
  random('W', 1, 16, 3), random('R', 1, 16, 4), random('B', 1, 32), random('P', 1, 12), random('W2', 2, 12, 3), random('R2', 2, 12, 4), random('B2', 2, 24), random('h2', 2, 1, 4), random('h1', 1, 4), random('two', 2, 1, 4),
  intTensor('zero', [0], []), intTensor('one', [1], []), intTensor('first', [0], [1]), intTensor('second', [1], [1]), intTensor('fours', [4], [1]), intTensor('ones', [1], [1]), intTensor('twos', [2], [1]),
];
const units = { hidden_size: int(4) };
const x = ['t', 'b', 3] as const;
/** [2, batch, 4] and [1, batch, 4]. */
const shapes: readonly Step[] = [
  ['Shape', ['x'], 's'], ['Gather', ['s', 'second'], 'b', { axis: int(0) }], ['Concat', ['twos', 'b', 'fours'], 'both', { axis: int(0) }], ['Concat', ['ones', 'b', 'fours'], 'single', { axis: int(0) }],
  ['Concat', ['ones', 'b', 'ones'], 'times', { axis: int(0) }],
];
const lstm = (attributes: Readonly<Record<string, OnnxAttribute>>, ...inputs: string[]): Step => ['LSTM', ['x', 'W', 'R', 'B', ...inputs], 'y', { ...units, ...attributes }];

const cases: Readonly<Record<string, { readonly steps: readonly Step[]; readonly lengths?: boolean }>> = {
  'input_forget': { steps: [lstm({ input_forget: int(1) })] },
  'input_forget with peepholes': { steps: [lstm({ input_forget: int(1) }, '', '', '', 'P')] },
  'input_forget with hard sigmoids': { steps: [lstm({ input_forget: int(1), activations: texts(['HardSigmoid', 'Tanh', 'Tanh']) })] },
  'a clip that is never reached': { steps: [lstm({ clip: { kind: 'float', value: 20 } })] },
  'a learned state that is expanded, the other zero': { steps: [...shapes, ['Unsqueeze', ['h1', 'first'], 'h3'], ['Expand', ['h3', 'single'], 'h'], ['LSTM', ['x', 'W', 'R', 'B', '', 'h'], 'y', units]] },
  'learned states of both directions, repeated, with lengths': { steps: [...shapes, ['Tile', ['h2', 'times'], 'h'], ['GRU', ['x', 'W2', 'R2', 'B2', 'lengths', 'h'], 'y', { ...units, direction: text('bidirectional') }]], lengths: true },
  'one state for all units': { steps: [...shapes, ['ConstantOfShape', ['single'], 'h', { value: { kind: 'tensor', value: floatTensor('', [0.5], [1]) } }], ['LSTM', ['x', 'W', 'R', 'B', '', 'h', 'h'], 'y', units]] },
  'learned states of two layers in one constant': { steps: [...shapes, ['Expand', ['two', 'both'], 'all'], ['Slice', ['all', 'second', 'twos', 'first'], 'h'], ['Slice', ['all', 'first', 'second', 'first'], 'c'], ['LSTM', ['x', 'W', 'R', 'B', '', 'h', 'c'], 'y', units]] },
};

for (const [name, { steps, lengths = false }] of Object.entries(cases)) {
  test(name, async () => {
    const bytes = handmade({ inputs: { x, ...(lengths ? { lengths: ['b'] } : {}) }, constants, steps });
    const { model, inputs: [input], outputs: [output] } = await importOnnx(bytes);
    const given = randomTensor(9, name, [5, 3, 3]);
    const counts = [5, 2, 4];
    const { data, shape } = await model.predict(reordered({ data: Float32Array.from(given.data), shape: given.shape }, input?.axes ?? []), lengths ? { lengths: counts } : {});
    const session = await openInRuntime(bytes);
    const results = await session.run({ x: { type: 'float32', ...given }, ...(lengths ? { lengths: { type: 'int32', data: counts, shape: [3] } } : {}) });
    const back = (output?.axes ?? []).map((_, axis, axes) => axes.indexOf(axis));
    const difference = differenceOf(reordered({ data: Float32Array.from(data), shape }, back), results.get('y') ?? { data: [], shape: [] }, name);
    assert.ok(difference < 1e-6, `${difference} of the largest output`);
  });
}

test('a state that is learned here is learned on, and one of zeros stays', async () => {
  const { model } = await importOnnx(handmade({ inputs: { x }, constants, steps: cases['a learned state that is expanded, the other zero']?.steps ?? [] }));
  model.compile({ optimizer: 'sgd', loss: 'mse' });
  const [data, wanted] = [randomTensor(1, 'x', [2, 4, 3]), randomTensor(2, 'y', (await model.predict(randomTensor(1, 'x', [2, 4, 3]))).shape)];
  const { gradients } = await model.lossAndGradients(data, wanted);
  const { data: h1 } = randomTensor(2, 'h1', [1, 4]);
  const states = Object.entries(model.getWeights()).filter(([key, { shape, data: bias }]) => key.endsWith('bias') && shape[0] === 4 && bias.every((value, i) => Math.abs(value - Math.fround(h1[i] ?? NaN)) < 1e-7));
  assert.is(states.length, 1);
  const [key = ''] = states[0] ?? [];
  assert.ok(Array.from(gradients[key]?.data ?? [0]).some((value) => value !== 0));
  assert.ok(Object.entries(gradients).filter(([name]) => name.replace('kernel', 'bias') === key && name.endsWith('kernel')).every(([, { data: zeros }]) => Array.from(zeros).every((value) => value === 0)), 'what it is not shown moves nothing');
});

const sorted: readonly Step[] = [['Shape', ['lengths'], 's'], ['Gather', ['s', 'zero'], 'k', { axis: int(0) }], ['Reshape', ['k', 'ones'], 'count'], ['TopK', ['lengths', 'count'], ['sorted', 'order']], ['Gather', ['x', 'order'], 'p', { axis: int(1) }]];
const putBack: readonly Step[] = [['Range', ['zero', 'k', 'one'], 'numbers'], ['ConstantOfShape', ['s'], 'empty', { value: { kind: 'tensor', value: intTensor('', [0], [1]) } }], ['ScatterElements', ['empty', 'order', 'numbers'], 'back', { axis: int(0) }]];

test('samples that are sorted by length and not put back, or meet others, are refused', async () => {
  const layer: Step = ['LSTM', ['p', 'W', 'R', 'B', 'sorted'], 'y', units];
  const problemsOf = async (steps: readonly Step[]): Promise<string> => (await rejected(ConversionError, importOnnx(handmade({ inputs: { x, lengths: ['b'] }, constants, steps })))).problems.join('\n');
  assert.match(await problemsOf([...sorted, layer]), /'y' \(output\): its samples come sorted by length/);
  assert.match(await problemsOf([...sorted, ['Add', ['p', 'x'], 'y']]), /'Add 5' \(Add\): samples in one order are combined with samples in another/);
  assert.match(await problemsOf([...sorted, ['LSTM', ['p', 'W', 'R', 'B', 'lengths'], 'y', units]]), /'LSTM 5' \(LSTM\): samples in one order/);
  assert.match(await problemsOf([...sorted, ...putBack, ['Gather', ['x', 'back'], 'y', { axis: int(1) }]]), /'Gather 8' \(Gather\): samples are put back that were not sorted so/);
  assert.match(await problemsOf([...sorted, ['Gather', ['p', 'order'], 'y', { axis: int(1) }]]), /'Gather 5' \(Gather\): samples are sorted twice/);
  const whole = handmade({ inputs: { x, lengths: ['b'] }, constants, steps: [...sorted, ...putBack, ['LSTM', ['p', 'W', 'R', 'B', 'sorted'], 'q', units], ['Gather', ['q', 'back'], 'y', { axis: int(2) }]] });
  assert.equal((await importOnnx(whole)).lengths, [{ name: 'lengths', of: 'x' }]);
});

test('what has no counterpart says why', async () => {
  const problemsOf = async (step: Step): Promise<string> => (await rejected(ConversionError, importOnnx(handmade({ inputs: { x }, constants, steps: [step] })))).problems.join('\n');
  assert.match(await problemsOf(lstm({ clip: { kind: 'float', value: 3 } })), /clip 3: no cell here cuts/);
  assert.match(await problemsOf(lstm({ clip: { kind: 'float', value: 30 }, activations: texts(['Sigmoid', 'Relu', 'Relu']) })), /clip 30/);
  assert.match(await problemsOf(lstm({ input_forget: int(1), activations: texts(['Tanh', 'Tanh', 'Tanh']) })), /input_forget with tanh/);
});

test.run();
