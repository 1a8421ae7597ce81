/**
 * Makes a built site independent of where it lies. VitePress writes a fixed base path into pages and scripts; here every page learns its own
 * distance to the root, and scripts read the base from it. Pages without an icon say so.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

const BASE = 'globalThis.__siteBase';
/** A browser that is told of none asks the host for /favicon.ico. */
const NO_ICON = '<link rel="icon" href="data:,">';

/** @param dist the built site. @param placeholder the base it was built with, `/…/`, found nowhere else. */
export async function relocate(dist, placeholder) {
  const tools = createRequire(join(dist, '../../../docs/.vitepress/package.json'));
  const { parseAst } = await import(pathToFileURL(createRequire(tools.resolve('vitepress/package.json')).resolve('rollup/parseAst')).href);
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const up = relative(dirname(file), dist).split(sep).filter(Boolean).map(() => '../').join('') || './';
    if (file.endsWith('.html')) {
      const text = readFileSync(file, 'utf8').replaceAll(placeholder, up);
      const icon = /<link[^>]* rel="(?:shortcut )?icon"/.test(text) ? '' : NO_ICON;
      writeFileSync(file, text.replace('<head>', `<head>${icon}<script>${BASE}=new URL(${JSON.stringify(up)},location.href).pathname</script>`));
    } else if (file.endsWith('.css')) {
      writeFileSync(file, readFileSync(file, 'utf8').replaceAll(placeholder, up));
    } else if (file.endsWith('.js')) {
      const text = readFileSync(file, 'utf8');
      if (text.includes(placeholder)) writeFileSync(file, relocateScript(text, placeholder, parseAst));
    }
  }
}

/** Puts the base into every string that holds the placeholder. Workers have no page: they never see a path of the site. */
function relocateScript(text, placeholder, parseAst) {
  const edits = [];
  const visit = (node) => {
    if (Array.isArray(node)) node.forEach(visit);
    else if (node && typeof node === 'object') {
      if (node.type === 'Literal' && typeof node.value === 'string' && node.value.includes(placeholder)) {
        edits.push({ ...node, text: `(${node.value.split(placeholder).map((part) => JSON.stringify(part)).join(`+${BASE}+`)})` });
      } else if (node.type === 'TemplateElement' && node.value.raw.includes(placeholder)) {
        edits.push({ ...node, text: node.value.raw.replaceAll(placeholder, `\${${BASE}}`) });
      } else Object.values(node).forEach(visit);
    }
  };
  visit(parseAst(text));
  let moved = text;
  for (const { start, end, text: replacement } of edits.sort((a, b) => b.start - a.start)) moved = moved.slice(0, start) + replacement + moved.slice(end);
  return moved;
}
