/**
 * `node onnx.mjs PYTHON JSON SECONDS` (cwd: this folder): onnxruntime-node on one thread, predicting with the net that torch.py
 * exports, one JSON line.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { measure, normalArray } from './stopwatch.mjs';

const [python = 'python3', text = '{}', seconds = '1'] = process.argv.slice(2);
const { batch, steps, inputs } = JSON.parse(text);
const folder = mkdtempSync(join(tmpdir(), 'bptt-onnx-'));
const file = join(folder, 'net.onnx');
const { status, stderr } = spawnSync(python, ['torch.py', '1', text, '0', file], { encoding: 'utf8' });
if (status !== 0) throw new Error(stderr);

const { InferenceSession, Tensor } = createRequire(import.meta.url)('onnxruntime-node');
const session = await InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1, executionProviders: ['cpu'] });
rmSync(folder, { recursive: true });
const x = new Tensor('float32', normalArray(batch * steps * inputs, 101), [batch, steps, inputs]);
const train = await measure(() => session.run({ [session.inputNames[0]]: x }), Number(seconds));
console.log(JSON.stringify({ subject: 'onnxruntime', backend: 'onnxruntime-node, 1 thread', train }));
process.exit(0);
