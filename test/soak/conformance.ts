/** All demands of the conformance suite on gpu.js: WebGPU in Node, WebGL2 and WebGPU in Chromium, where the tests take a selection. 1,090 cases, about 4 minutes; nothing random. */
import { bundle, serve } from '../../bench/browser/server.js';
import { gpu } from '../../src/gpu.js';
import { demands } from '../backends/conformance/cases.js';
import { withVulkan } from '../backends/gpuModes.js';
import { openChromium, openPage } from '../browser/chromium.js';
import { soak } from './run.js';

if (withVulkan()) {
  await soak(async ({ share, check }) => {
    const wanted = demands.filter((_, i) => i % Math.ceil(demands.length / share(demands.length)) === 0);
    const met = (problem: string | null | undefined): void => {
      if (problem !== null) throw new Error(problem ?? 'did not run');
    };
    const backend = await gpu({ mode: 'webgpu' });
    for (const demand of wanted) await check(`webgpu in Node: ${demand.name}`, async () => { met(await demand.check(backend) ?? null); });
    const site = await serve({
      '/': { type: 'text/html', body: '<!doctype html><title>bptt</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>' },
      '/page.js': { type: 'text/javascript', body: await bundle(new URL('../browser/page.js', import.meta.url)) },
    });
    const browser = await openChromium();
    try {
      for (const name of ['gpu.js webgl2', 'gpu.js webgpu'] as const) {
        const { page } = await openPage(browser, `${site.url}/`);
        await page.waitForFunction(() => window.bpttTest !== undefined);
        const list = wanted.map((demand) => demand.name);
        const result = await page.evaluate(([which, names]) => window.bpttTest?.conformance(which, names), [name, list] as const);
        console.log(`ran in Chromium: ${result?.description}`);
        for (const each of list) await check(`${name} in Chromium: ${each}`, () => { met(result?.problems[each]); });
        await page.close();
      }
    } finally {
      await browser.close();
      await site.close();
    }
  });
}
