/**
 * `node dist/bench/child.js BACKEND WORKLOAD SECONDS` measures one thing in a process of its own and prints one JSON
 * line. The parent alternates such processes, so that ours and the peers' meet the same machine.
 */
import { buildData, buildModel, products, randomArray, workloads } from './workloads.js';
import { backendByName } from './backends.js';
import { measure } from './measure.js';
import { checkStep, checkTraining } from './oracle.js';
import { gateStep, gateSizes, productStep } from './kernels.js';

const [name = 'cpu', id = 'W2', seconds = '1'] = process.argv.slice(2);
const backend = await backendByName(name);
const time = Number(seconds);

async function trainingStep(): Promise<object> {
  const workload = workloads[id];
  if (!workload) throw new Error(`no workload ${id}`);
  await checkTraining(workload, backend);
  const model = buildModel(workload, backend);
  const { x, y } = buildData(workload);
  const before = (await model.evaluate(x, y)).loss;
  const train = await measure(() => model.trainOnBatch(x, y), time);
  const forward = await measure(() => model.predict(x), time / 3);
  return { train, forward, lossBefore: before, lossAfter: (await model.evaluate(x, y)).loss };
}

/** Several products in one program, so that copying in and out is a small part. */
async function product(n: number): Promise<object> {
  const repeats = Math.max(1, Math.round(2 ** 25 / n ** 3));
  const inputs = [randomArray(n * n, 1), randomArray(n * n, 2)];
  const shapes = [[n, n], [n, n]];
  await checkStep(productStep(1), shapes, inputs, backend);
  const program = backend.open().compile(productStep(repeats), shapes, []);
  const { median, mad, samples } = await measure(() => program.run(inputs), time);
  return { train: { median: median / repeats, mad: mad / repeats, samples }, gflops: (2 * n ** 3 * repeats) / median / 1e6 };
}

async function gates(): Promise<object> {
  const size = gateSizes[id];
  if (!size) throw new Error(`no gate size ${id}`);
  const repeats = Math.max(1, Math.round(2 ** 16 / (size.batch * size.units)));
  const { step, shapes } = gateStep(size, repeats);
  const inputs = shapes.map((shape, i) => randomArray(shape.reduce((a, b) => a * b, 1), i));
  await checkStep(gateStep(size, 1).step, shapes, inputs, backend);
  const program = backend.open().compile(step, shapes, []);
  const { median, mad, samples } = await measure(() => program.run(inputs), time);
  return { train: { median: median / repeats, mad: mad / repeats, samples } };
}

const n = products[id];
const result = n !== undefined ? await product(n) : id in gateSizes ? await gates() : await trainingStep();
console.log(JSON.stringify({ subject: `bptt ${name}`, id, backend: backend.description, ...result }));
process.exit(0); // a GPU device would keep the process alive
