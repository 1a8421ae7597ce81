/** A page whose only script is one module and all it imports, minified. */
import type { Page } from 'playwright-core';
import { bundle, serve } from '../../bench/browser/server.js';
import { openChromium, openPage } from './chromium.js';

export interface BundledPage {
  readonly page: Page;
  /** What goes wrong on it, as it happens. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export async function openBundle(module: URL): Promise<BundledPage> {
  const site = await serve({
    '/': { type: 'text/html', body: '<!doctype html><title>bptt</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>' },
    '/page.js': { type: 'text/javascript', body: await bundle(module) },
  });
  const browser = await openChromium();
  return {
    ...await openPage(browser, `${site.url}/`),
    close: async () => {
      await browser.close();
      await site.close();
    },
  };
}
