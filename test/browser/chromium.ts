/** Headless Chromium with software WebGL2 and WebGPU. A missing browser is an error, never a skipped test. */
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';

const executablePath = process.env.BPTT_CHROMIUM ?? '/usr/bin/chromium';

const quiet = ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const flags = [
  '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader',
];

/** @param own what it is started with besides; by default the software drivers. */
export async function openChromium(own: readonly string[] = flags): Promise<Browser> {
  if (!existsSync(executablePath)) {
    throw new Error(`there is no Chromium at ${executablePath}: install it (Debian: apt-get install chromium), or name one in BPTT_CHROMIUM`);
  }
  return chromium.launch({ executablePath, args: [...quiet, ...own] });
}

/** Takes away the headers that let a page use threads, as hosts like GitHub Pages do not send them. Before the page is opened. */
export async function withoutIsolation(page: Page): Promise<void> {
  await page.route('**', async (route) => {
    const response = await route.fetch();
    const headers = Object.fromEntries(Object.entries(response.headers()).filter(([name]) => !name.startsWith('cross-origin')));
    await route.fulfill({ response, headers });
  });
}

/** A page that collects what goes wrong in it: errors nobody caught, and console errors. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; problems: string[] }> {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(url);
  return { page, problems };
}
