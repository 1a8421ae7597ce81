/**
 * `ts` blocks of a page get a frame that says where they run: on the page, where they import what a browser has, else in Node. The same
 * blocks are run by `npm test` (test/docs/examples), with the same meaning of `continued` and of
 * names of files.
 */
import { Buffer } from 'node:buffer';
import type { MarkdownRenderer } from 'vitepress';

const inBrowsers = new Set(['bptt', 'bptt/forecast', 'bptt/explain', 'bptt/charts', 'bptt/convert', 'bptt/predict']);

/** Whether a program needs nothing that a page lacks. */
function runsInBrowsers(code: string): boolean {
  const imports = [...code.matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g)].map(([, name, lazy]) => name ?? lazy ?? '');
  return imports.every((name) => inBrowsers.has(name)) && !/\bprocess\.|'[^']*\.(?:csv|safetensors|png|jsonl)'/.test(code.replace(/\/\/.*$/gm, ''));
}

export function runnable(md: MarkdownRenderer): void {
  const fence = md.renderer.rules.fence;
  if (!fence) throw new Error('markdown-it without a fence rule');
  md.renderer.rules.fence = (tokens, at, options, env, self) => {
    const token = tokens[at];
    const info = token?.info.trim() ?? '';
    const html = fence(tokens, at, options, env, self);
    if (!token || !/^ts( continued| redis)?$/.test(info)) return html;
    const environment = env as { above?: string };
    const code = info === 'ts continued' ? `${environment.above ?? ''}${token.content}` : token.content;
    environment.above = code;
    if (!code.includes('import ')) return html;
    const where = runsInBrowsers(code) ? `code="${Buffer.from(code).toString('base64')}"` : '';
    return `<RunBlock ${where}>${html}</RunBlock>`;
  };
}
