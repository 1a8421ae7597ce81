/** Runs one program: types stripped, imports of bptt turned to the bundle that the site carries, what it prints sent to the page. */
import { transform } from 'sucrase';
import { inspect } from './inspect';

interface Task { readonly code: string; readonly base: string }

const entries: Readonly<Record<string, string>> = { 'bptt': 'index', 'bptt/forecast': 'forecast', 'bptt/explain': 'explain', 'bptt/charts': 'charts', 'bptt/convert': 'convert', 'bptt/predict': 'predict' };

self.onmessage = async ({ data: { code, base } }: MessageEvent<Task>) => {
  const print = (...values: unknown[]): void => self.postMessage({ line: values.map(inspect).join(' ') });
  Object.assign(console, { log: print, info: print, warn: print, error: print });
  try {
    const plain = transform(code, { transforms: ['typescript'], disableESTransforms: true, preserveDynamicImport: true }).code;
    const bound = plain.replace(/(\bfrom |\bimport\()'([^']+)'/g, (whole, before: string, name: string) => {
      const entry = entries[name];
      if (entry === undefined) throw new Error(`'${name}' is not on this page; there are ${Object.keys(entries).join(', ')}.`);
      return `${before}'${base}bptt/${entry}.js'`;
    });
    const url = URL.createObjectURL(new Blob([bound], { type: 'text/javascript' }));
    await import(/* @vite-ignore */ url);
    self.postMessage({ done: true });
  } catch (error) {
    self.postMessage({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
  }
};
