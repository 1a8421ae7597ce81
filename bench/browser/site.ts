/** The benchmark page with its script. */
import { readFile } from 'node:fs/promises';
import { bundle, serve } from './server.js';
import type { Site } from './server.js';

export async function benchmarkSite(port = 0): Promise<Site> {
  return serve({
    '/': { type: 'text/html', body: await readFile(new URL('../../../bench/browser.html', import.meta.url), 'utf8') },
    '/page.js': { type: 'text/javascript', body: await bundle(new URL('./page.js', import.meta.url)) },
  }, port);
}
