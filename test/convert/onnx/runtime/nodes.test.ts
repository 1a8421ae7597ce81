/** The node tests of ONNX: every case of recurrent layers, convolution, pooling and normalisation agrees, or is refused for a reason that docs/convert-onnx.md lists. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { caseOf, casesOf, folder, judgeCase } from './nodeTests.js';

/** Of the four families; what is quantised, or ONNX's own way to write an operator out, is another matter. */
const families = /lstm|gru|rnn|conv|pool|norm/i;
const others = /integer|qlinear|unpool|expanded|strnorm/i;
/** Further operators that models are made of. */
const more = /gemm|matmul_|softmax_|softplus|elu_?(default|example)?$|sigmoid|tanh|_Linear|flatten|transpose|_concat|operator_(permute2|view|add_|mm|concat2|flatten|conv|convtranspose|maxpool|basic)/i;

async function judged(which: (name: string) => boolean): Promise<{ agree: number; worst: number; refused: Record<string, number>; wrong: string[] }> {
  const [refused, wrong]: [Record<string, number>, string[]] = [{}, []];
  let [agree, worst] = [0, 0];
  for (const name of ['node', 'pytorch-converted', 'pytorch-operator'].flatMap(casesOf).filter((name) => which(name.slice(name.indexOf('/') + 1)))) {
    const given = caseOf(name);
    if (!given) continue;
    const first = await judgeCase(given);
    const verdict = first.kind === 'refused' ? await judgeCase(given, true) : first;
    if (verdict.kind === 'agrees') {
      agree++;
      worst = Math.max(worst, verdict.difference);
    } else if (verdict.kind === 'differs') wrong.push(`${name}: ${verdict.reason}`);
    else {
      const reason = verdict.reason.replace(/^'.*?' \((\w+)\): /, '$1: ');
      refused[reason] = (refused[reason] ?? 0) + 1;
    }
  }
  return { agree, worst, refused, wrong };
}

test('recurrent layers, convolution, pooling, normalisation: through importOnnx, and back through exportOnnx into onnxruntime', async () => {
  assert.ok(casesOf('node').length > 0, `there is no ${folder} (Debian: apt-get install libonnx-testdata)`);
  const { agree, worst, refused, wrong } = await judged((name) => families.test(name) && !others.test(name));
  console.log(`${agree} agree, largest difference ${worst.toExponential(1)} of the largest output`);
  assert.equal(wrong, []);
  assert.equal(refused, {
    'AveragePool: a window over 3 axes: 1 and 2 here': 4, 'BatchNormalization: training_mode: a model here knows by itself whether it is trained': 2, 'ConvTranspose: a window over 3 axes: 1 and 2 here': 1,
    'LayerNormalization: over the batch': 6, 'MaxPool: taps that stand apart': 3, 'MaxPool: a window over 3 axes: 1 and 2 here': 4, 'Conv: a window over 3 axes: 1 and 2 here': 7,
  });
  assert.is(agree, 109);
});

test('what else models are made of', async () => {
  const { agree, wrong } = await judged((name) => more.test(name) && !families.test(name) && !others.test(name));
  console.log(`${agree} agree`);
  assert.equal(wrong, []);
  assert.is(agree, 62);
});

test.run();
