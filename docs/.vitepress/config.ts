/**
 * The site: VitePress over pages that `scripts/site.mjs` lays out in out/site/pages (docs/ as it is, the API reference, the sources that
 * pages link to). Mathematics is rendered at build time; nothing is fetched from elsewhere.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { defineConfig } from 'vitepress';
import type { MarkdownRenderer } from 'vitepress';
import { lettersWithIndices, readableTables } from './reading';
import { runnable } from './runnable';
import { nav, sidebar } from './sidebar';

/** A CommonJS package whose function is called default. */
const { default: katex } = createRequire(import.meta.url)('@vscode/markdown-it-katex') as { default: (md: MarkdownRenderer) => void };
const out = resolve(import.meta.dirname, '../../out/site');

export default defineConfig({
  title: 'bptt',
  description: 'Recurrent networks and backpropagation through time, written by hand in TypeScript',
  lang: 'en',
  srcDir: resolve(out, 'pages'),
  outDir: resolve(out, 'dist'),
  cacheDir: resolve(out, 'cache'),
  // Replaced by a path relative to each page once built: the site works from any folder (scripts/site/relocate.mjs).
  base: process.env.BPTT_SITE_BASE ?? '/',
  cleanUrls: false,
  // Checked by test/browser/site in the built pages.
  ignoreDeadLinks: [/\/(?:source|api|explorer|benchmark|opener)\//, /^\.\/(?:source|api|explorer|benchmark|opener)\//],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    // Braces are mathematics here: h_{t−1}.
    attrs: { disable: true },
    // GitHub's anchors, so that a link to a heading works in both places.
    anchor: { slugify: (heading) => heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replace(/ /g, '-') },
    config(md) {
      md.use(katex);
      // KaTeX's markup may hold what Vue would take for its own.
      for (const rule of ['math_inline', 'math_block', 'math_inline_block', 'math_inline_bare_block']) {
        const render = md.renderer.rules[rule];
        // What is wider than a phone is scrolled, by keyboard too.
        if (render) md.renderer.rules[rule] = (...args) => `<span v-pre>${render(...args).replaceAll('class="katex-display"', 'class="katex-display" tabindex="0"')}</span>`;
      }
      runnable(md);
      lettersWithIndices(md);
      readableTables(md);
      // Drawings of the derivations stand in the page itself, so that they follow its light and dark.
      const image = md.renderer.rules.image;
      md.renderer.rules.image = (tokens, at, options, env, self) => {
        const source = String(tokens[at]?.attrGet('src'));
        if (/(?:^|\/)pictures\/[\w-]+\.svg$/.test(source)) return `<span v-pre class="drawing" tabindex="0" role="group" aria-label="Drawing">${readFileSync(resolve(out, 'pages', source.replace(/^.*pictures/, 'pictures')), 'utf8').trim()}</span>`;
        return image ? image(tokens, at, options, env, self) : self.renderToken(tokens, at, options);
      };
      // The API reference, the sources, the explorer, the benchmark and the opener are pages of their own, not VitePress's.
      const open = md.renderer.rules.link_open;
      md.renderer.rules.link_open = (tokens, at, options, env, self) => {
        const token = tokens[at];
        if (token && /^(?:\.{1,2}\/)*(?:source|api|explorer|benchmark|opener)\//.test(String(token.attrGet('href')))) token.attrSet('target', '_self');
        return open ? open(tokens, at, options, env, self) : self.renderToken(tokens, at, options);
      };
    },
  },
  themeConfig: {
    nav,
    sidebar,
    outline: { level: [2, 3] },
    // Without a label its button is called what stands in it, the key too.
    search: { provider: 'local', options: { translations: { button: { buttonAriaLabel: '' } } } },
    docFooter: { prev: false, next: false },
  },
});
