/** The explorer alone, built and served from a folder below the root, for tests of its panels. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { root } from '../docs/pages.js';
import { openChromium, withoutIsolation } from './chromium.js';

/** Every output of the bundle: its bytes, and what it imports. */
export interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly bytes: number; readonly imports: readonly { readonly path: string; readonly kind: string }[]; readonly entryPoint?: string; readonly inputs: Readonly<Record<string, unknown>> }>>;
}

interface Builder { buildExplorer(root: string, outdir: string): Promise<Metafile> }
interface Server { serve(folder: string, port: number): Promise<{ readonly port: number; close(): void }> }

export interface ExplorerSite {
  readonly browser: Browser;
  /** Where it was built. */
  readonly folder: string;
  readonly metafile: Metafile;
  /** Scripts that pages and their workers have fetched so far, by their paths in the folder. */
  readonly scripts: ReadonlySet<string>;
  /** A page at this address, `strip?t=3`, which fetches every file anew unless `serviceWorkers` allows to keep them, and all that goes wrong on it: errors, requests that fail, requests to elsewhere. Not `isolated`: without the headers that let it use threads. */
  open(hash: string, options?: BrowserContextOptions & { readonly isolated?: boolean }): Promise<{ page: Page; problems: string[] }>;
  close(): Promise<void>;
}

/** @param launch the browser: that of the tests unless given. */
export async function openExplorer(launch: () => Promise<Browser> = openChromium): Promise<ExplorerSite> {
  const script = async <T>(name: string): Promise<T> => (await import(pathToFileURL(join(root, 'scripts/site', name)).href)) as T;
  const above = mkdtempSync(join(tmpdir(), 'bptt-explorer-'));
  const folder = join(above, 'any/folder/explorer');
  const metafile = await (await script<Builder>('explorer.mjs')).buildExplorer(root, folder);
  const served = await (await script<Server>('serve.mjs')).serve(above, 0);
  const browser = await launch();
  const base = `http://localhost:${served.port}/any/folder/explorer/`;
  const scripts = new Set<string>();
  return {
    browser, folder, metafile, scripts,
    async open(hash, { isolated = true, ...options } = {}) {
      const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: 'light', serviceWorkers: 'block', ...options });
      if (!isolated) await withoutIsolation(page);
      const problems: string[] = [];
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      page.on('request', (request) => {
        if (request.url().endsWith('.js')) scripts.add(request.url().slice(base.length));
        if (!request.url().startsWith(base) && !/^(data|blob):/.test(request.url())) problems.push(`request to ${request.url()}`);
      });
      await page.goto(`${base}#${hash}`);
      await page.locator('main h1').waitFor();
      return { page, problems };
    },
    async close() {
      await browser.close();
      served.close();
      rmSync(above, { recursive: true });
    },
  };
}
