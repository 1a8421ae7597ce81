/** The project's Markdown pages, as the doc tests read them. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The repository root: the tests run as built, from dist/test/docs. */
export const root = join(import.meta.dirname, '../../..');

export interface Page {
  /** From the root: docs/lstm.md. */
  readonly path: string;
  readonly text: string;
}

export interface CodeBlock {
  readonly page: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** What follows the three backticks: `ts continued`. */
  readonly info: string;
  readonly code: string;
}

/** Every file below a folder with this ending, by path from the root. */
export function filesBelow(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending) && !entry.parentPath.includes('.vitepress'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}

export function readPage(path: string): Page {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

export const docsPages = filesBelow('docs', '.md').map(readPage);

/** docs, and README, CONTRIBUTING, CHANGELOG where they exist. */
export const allPages = [
  ...docsPages, ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter((path) => existsSync(join(root, path))).map(readPage),
];

/** Fenced code blocks, in order. */
export function codeBlocks({ path, text }: Page): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: { line: number; info: string; code: string[] } | undefined;
  text.split('\n').forEach((line, i) => {
    const fence = /^```(.*)$/.exec(line);
    if (!fence) open?.code.push(line);
    else if (open) {
      blocks.push({ page: path, line: open.line, info: open.info, code: open.code.join('\n') });
      open = undefined;
    } else open = { line: i + 1, info: (fence[1] ?? '').trim(), code: [] };
  });
  return blocks;
}

/** The file that a block is: `ts trial.ts`. */
export function moduleName(info: string): string | undefined {
  return /^ts (\w+\.ts)$/.exec(info)?.[1];
}

/** The `ts` blocks, each with what stands above it where it is `continued`. */
export function pagePrograms(pages: readonly Page[]): (CodeBlock & { readonly above: string })[] {
  const programs: (CodeBlock & { readonly above: string })[] = [];
  for (const block of pages.flatMap(codeBlocks).filter(({ info }) => /^ts\b/.test(info))) {
    const before = block.info === 'ts continued' ? programs.at(-1) : undefined;
    programs.push({ ...block, above: before ? `${before.above}${before.code}\n` : '' });
  }
  return programs;
}

/** The text without its fenced blocks. */
export function prose({ text }: Page): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

/** The anchors GitHub makes of a page's headings. */
export function anchors(page: Page): Set<string> {
  return new Set([...prose(page).matchAll(/^#+ +(.*)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replace(/[^\p{L}\p{N}\p{M} _-]/gu, '').replace(/ /g, '-')));
}

/** The path a relative link means, from the root. */
export function resolveLink(page: Page, target: string): string {
  return join(dirname(page.path), target);
}
