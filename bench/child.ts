/**
 * `node dist/bench/child.js BACKEND ID SECONDS` measures one thing in a process of its own and prints one JSON line. The
 * parent alternates such processes, so that ours and the peers' meet the same machine.
 */
import { backendByName } from './backends.js';
import { measure } from './measure.js';
import { prepare } from './prepare.js';

const [name = 'wasm', id = 'W2', seconds = '1'] = process.argv.slice(2);
const backend = await backendByName(name);
const { call, repeats } = await prepare(id, backend);
const { median, mad, samples } = await measure(call, Number(seconds));
const train = { median: median / repeats, mad: mad / repeats, samples };
console.log(JSON.stringify({ subject: `bptt ${name}`, id, backend: backend.description, train }));
process.exit(0); // a GPU device would keep the process alive
