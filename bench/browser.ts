/** `npm run bench:browser [-- --port N]`: serves the benchmark page on this machine, until interrupted. */
import { parseArgs } from 'node:util';
import { benchmarkSite } from './browser/site.js';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const { url } = await benchmarkSite(Number(values.port));
console.log(`benchmark: ${url}/`);
console.log('It starts at once with a selection: ?only=M2,W1,W8&backends=wasm,gpu-webgpu&seconds=1');
