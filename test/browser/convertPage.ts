/** Runs in the browser: files of others, for the test to read. Bytes come and go as lists, which is what a page can be handed. */
import { entryBytes, readZip } from '../../src/convert/bytes/zip.js';
import { exportTorch, importTorch, readTorch } from '../../src/convert/index.js';
import { Dense, LSTM, Sequential } from '../../src/index.js';

const api = {
  /** One line a tensor. */
  readTorch: async (bytes: readonly number[]): Promise<string[]> => {
    const { tensors } = await readTorch(Uint8Array.from(bytes));
    return [...tensors].map(([name, { dtype, shape, data }]) => `${name} ${dtype} [${shape.join()}] ${data.join()}`);
  },
  /** What becomes of a model on its way out and back in. */
  roundTrip: async (): Promise<boolean> => {
    const make = (seed: number): Sequential => new Sequential([new LSTM({ units: 3 }), new Dense({ units: 1 })], { inputShape: [4, 2], seed });
    const [there, back] = [make(1), make(2)];
    await importTorch((await exportTorch(there)).weights, back);
    const weights = back.getWeights();
    return Object.entries(there.getWeights()).every(([key, { data }]) => data.join() === weights[key]?.data.join());
  },
  /** The entries of a zip file as texts. */
  unzip: async (bytes: readonly number[]): Promise<string[]> => {
    const entries = [...readZip('test', Uint8Array.from(bytes)).values()];
    return Promise.all(entries.map(async (entry) => new TextDecoder().decode(await entryBytes('test', entry, 1e6))));
  },
};

declare global {
  interface Window { bpttConvert?: typeof api }
}
window.bpttConvert = api;
