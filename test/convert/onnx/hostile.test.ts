/** Small files that ask for much: refused by the node that asks, before the memory is taken. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FileFormatError } from '../../../src/index.js';
import { importOnnx } from '../../../src/convert/index.js';
import type { OnnxAttribute, OnnxNode } from '../../../src/convert/onnx/proto/graph.js';
import { writeModel } from '../../../src/convert/onnx/proto/writeModel.js';
import { floatTensor, int, intTensor } from '../../../src/convert/onnx/write/graphBuilder.js';
import { measured } from '../measure.js';

type Step = readonly [op: string, inputs: readonly string[], output: string, attributes?: Readonly<Record<string, OnnxAttribute>>];

/** 64 kB of constants `W` [128, 128], small ones, an input `x` of these sizes, and nodes. */
function file(shape: readonly (number | string)[], steps: readonly Step[]): Uint8Array {
  const nodes = steps.map(([opType, inputs, output, attributes = {}], i): OnnxNode => ({ name: `${opType} ${i}`, opType, domain: '', inputs, outputs: [output], attributes: new Map(Object.entries(attributes)) }));
  const initializers = [
    floatTensor('W', Array.from({ length: 128 * 128 }, (_, i) => Math.sin(i)), [128, 128]), floatTensor('b', [1], []), intTensor('zero', [0], [1]), intTensor('five', [5], [1]), intTensor('last', [-1], []),
    intTensor('axes', Array.from({ length: 40 }, (_, i) => i), [40]), intTensor('two', [2], [1]), intTensor('ten', [10], [1]), intTensor('many', [1e9, 1e9], [2]),
    intTensor('heads', [0, 0, 8, 4096], [4]),
  ];
  return writeModel({ irVersion: 8, producer: 'test', opsets: new Map([['', 17]]), metadata: new Map(), graph: { name: 'g', nodes, initializers, inputs: [{ name: 'x', elementType: 1, shape }], outputs: [{ name: 'y', elementType: 1, shape: undefined }] } });
}

/** n nodes, each of which reads the one before it. */
function chain(n: number, op: string, inputs: (before: string) => readonly string[], first: string, attributes?: Step[3]): Step[] {
  return Array.from({ length: n }, (_, i): Step => [op, inputs(i === 0 ? first : `c${i - 1}`), `c${i}`, attributes]);
}

const axis = (value: number): Step[3] => ({ axis: int(value) });

const files: Readonly<Record<string, readonly [bytes: Uint8Array, node: RegExp]>> = {
  'constants joined with themselves, again and again': [file(['b', 128], [...chain(30, 'Concat', (c) => [c, c], 'W', axis(0)), ['MatMul', ['x', 'c29'], 'y']]), /node 'Concat \d+'/],
  'one constant a thousand times': [file(['b', 128], [['Concat', Array.from({ length: 999 }, () => 'W'), 'c', axis(0)], ['MatMul', ['x', 'c'], 'y']]), /node 'Concat 0'/],
  'a constant turned round and round': [file(['b', 128], [...chain(2000, 'Transpose', (c) => [c], 'W'), ['MatMul', ['x', 'c1999'], 'y']]), /node 'Transpose \d+'/],
  'sizes joined with themselves': [file(['b', 128], [['Shape', ['x'], 's'], ...chain(40, 'Concat', (c) => [c, c], 's', axis(0)), ['Reshape', ['x', 'c39'], 'y']]), /node 'Concat \d+'/],
  'axes without number': [file(['b', 128], [...chain(2000, 'Unsqueeze', (c) => [c, 'axes'], 'x'), ['Relu', ['c1999'], 'y']]), /node 'Unsqueeze \d+' must be values of at most 64 axes/],
  'one matrix in a thousand layers': [file(['b', 128], [...Array.from({ length: 1000 }, (_, i): Step[] => [['Identity', ['b'], `b${i}`], ['Gemm', [i === 0 ? 'x' : `h${i - 1}`, 'W', `b${i}`], `h${i}`, { alpha: { kind: 'float', value: 1 + i / 1000 } }]]).flat(), ['Relu', ['h999'], 'y']]), /node 'Gemm \d+'/],
  'the last step of a wide sequence': [file(['b', 't', 100_000], [['Gather', ['x', 'last'], 'y', axis(1)]]), /node 'Gather 0'/],
  'part of a wide axis beside an open one': [file(['b', 't', 100_000], [['Slice', ['x', 'zero', 'five', 'two'], 'z'], ['Slice', ['x', 'five', 'ten', 'two'], 'w'], ['Add', ['z', 'w'], 'y']]), /node 'Slice \d+'/],
  'several heads of a great width': [file(['b', 16, 32_768], [
    ['Reshape', ['x', 'heads'], 'h'], ['Transpose', ['h'], 'q', { perm: { kind: 'ints', value: [0, 2, 1, 3] } }], ['Transpose', ['h'], 'k', { perm: { kind: 'ints', value: [0, 2, 3, 1] } }],
    ['MatMul', ['q', 'k'], 's'], ['Softmax', ['s'], 'p', axis(-1)], ['MatMul', ['p', 'q'], 'y'],
  ]), /node 'MatMul \d+'/],
};

for (const [name, [bytes, node]] of Object.entries(files)) {
  test(name, async () => {
    let message = '';
    const taken = await measured(() => importOnnx(bytes).then(() => { message = ''; }, (error: unknown) => {
      assert.instance(error, FileFormatError, String(error));
      message = String(error);
    }));
    assert.match(message, node);
    // The collector of a process with the usual flags lets 16 MB lie; what the nodes ask for is 100 MB and more.
    assert.ok(taken.memory < 4 * bytes.length + 32e6, `${taken.memory} bytes for a file of ${bytes.length}`);
  });
}

test('sizes that stay sizes cost nothing', async () => {
  const wide = file(['t', 'b', 128], [['ConstantOfShape', ['many'], 'z'], ['Expand', ['b', 'many'], 'e'], ['Relu', ['x'], 'y']]);
  await importOnnx(wide);
});

test.run();
