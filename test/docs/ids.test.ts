/** Equation ids: what the code cites stands in the docs, once; what the docs number is cited at a statement. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { allPages, anchors, docsPages, filesBelow, prose, readPage, resolveLink, root } from './pages.js';

const ID = /\b([A-Z])(\d{1,2})\b/g;

/** `L8–L13` counts as L8, L9, …, L13. */
function idsIn(comment: string): string[] {
  const ranged = comment.replace(/\b([A-Z])(\d{1,2})–\1(\d{1,2})\b/g, (_, letter: string, from: string, to: string) =>
    Array.from({ length: Number(to) - Number(from) + 1 }, (_unused, i) => `${letter}${Number(from) + i}`).join(' '));
  return [...ranged.matchAll(ID)].map(([id]) => id);
}

interface Citation { readonly id: string; readonly path: string; readonly atStatement: boolean }

function citationsOf(path: string): Citation[] {
  const text = readFileSync(join(root, path), 'utf8');
  const blocks = [...text.matchAll(/\/\*[\s\S]*?\*\//g)].map(([comment]) => comment);
  const lines = [...text.replace(/\/\*[\s\S]*?\*\//g, '').matchAll(/(?:^|\s)\/\/ (.*)$/gm)].map(([, comment = '']) => comment);
  return [
    ...blocks.flatMap((comment) => idsIn(comment)).map((id) => ({ id, path, atStatement: false })),
    ...lines.flatMap((comment) => idsIn(comment)).map((id) => ({ id, path, atStatement: true })),
  ];
}

const defined = docsPages.flatMap((page) => [...prose(page).matchAll(/\*\*([A-Z]\d{1,2})\*\*/g)].map(([, id = '']) => ({ id, path: page.path })));
const known = new Set(defined.map(({ id }) => id));
/** Letters that number equations; W9 in a comment is a workload, not an equation. */
const letters = new Set([...known].map((id) => id.slice(0, 1)));
const citations = filesBelow('src', '.ts').flatMap(citationsOf).filter(({ id }) => letters.has(id.slice(0, 1)));

test('the docs number every equation once', () => {
  assert.ok(known.size >= 60, `only ${known.size} ids found in docs`);
  const twice = defined.filter(({ id }, i) => defined.findIndex((other) => other.id === id) !== i);
  assert.equal(twice, []);
});

test('the index of the docs says which letters number the equations of a page', () => {
  const rows = [...prose(readPage('docs/README.md')).matchAll(/^\| \[[^\]]*\]\(([^)#\s]+)\) \| ([^|]*?) ?\|/gm)];
  const said = new Map(rows.map(([, page = '', column = '']) => [`docs/${page}`, [...column.matchAll(/\b[A-Z]\b/g)].map(([letter]) => letter)]));
  assert.ok(said.size >= 10, `only ${said.size} rows found`);
  for (const { path } of docsPages) {
    const own = new Set(defined.filter((equation) => equation.path === path).map(({ id }) => id.slice(0, 1)));
    assert.equal([...said.get(path) ?? []].sort(), [...own].sort(), path);
  }
});

test('every id cited in code exists in the docs', () => {
  assert.ok(citations.length >= 200, `only ${citations.length} citations found in src`);
  assert.equal(citations.filter(({ id }) => !known.has(id)).map(({ id, path }) => `${id} in ${path}`), []);
});

test('every id in the docs is cited at a statement', () => {
  const cited = new Set(citations.filter(({ atStatement }) => atStatement).map(({ id }) => id));
  assert.equal([...known].filter((id) => !cited.has(id)), []);
});

test('every id mentioned in the docs exists', () => {
  const unknown = docsPages.flatMap((page) => idsIn(prose(page)).filter((id) => letters.has(id.slice(0, 1)) && !known.has(id)).map((id) => `${id} in ${page.path}`));
  assert.equal(unknown, []);
});

test('every page of docs is in its index', () => {
  const index = readPage('docs/README.md');
  const linked = [...prose(index).matchAll(/\]\(([^)#\s]+)/g)].map(([, target = '']) => resolveLink(index, target));
  assert.equal(docsPages.map(({ path }) => path).filter((path) => path !== index.path && !linked.includes(path)), []);
});

test('every relative link resolves, with its anchor', () => {
  const links = allPages.flatMap((page) =>
    [...prose(page).matchAll(/\[[^\]]*\]\(([^)\s]+)\)/g)].map(([, target = '']) => ({ page, target })).filter(({ target }) => !/^[a-z]+:/.test(target)));
  assert.ok(links.length >= 30, `only ${links.length} links found`);
  const broken = links.filter(({ page, target }) => {
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? page.path : resolveLink(page, file);
    if (!existsSync(join(root, path))) return true;
    return anchor !== undefined && path.endsWith('.md') && !anchors(readPage(path)).has(decodeURIComponent(anchor));
  });
  assert.equal(broken.map(({ page, target }) => `${target} in ${page.path}`), []);
});

test.run();
