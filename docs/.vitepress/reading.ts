/** What the pages of docs/ write plainly, so that they are read anywhere, as a page shows it. */
import type { MarkdownRenderer } from 'vitepress';

/** A letter, d of one, a number or the end of a bracket, with what stands below or above it: h_t, dS_{t−1}, ∂h_t, ρ^(T−t), 10^−3. Words with underscores are no such thing. */
const indexed = /((?<![\p{L}\d_^])(?:d?\p{L}[′'\u0303]?|\d+)|\))([_^])(\{[^{}]+\}|\([^()]+\)|[±−]?[\p{L}\d]+)(?![\p{L}\d_])/gu;

function shown(_: string, letter: string, sign: string, index: string): string {
  const bare = index.replace(/^\{(.*)\}$/, '$1').replace(/^\((.*)\)$/, '$1');
  return sign === '_' ? `${letter}<sub>${bare}</sub>` : `${letter}<sup>${bare}</sup>`;
}

/** In prose alone: code and mathematics have tokens of their own. */
export function lettersWithIndices(md: MarkdownRenderer): void {
  const text = md.renderer.rules.text;
  if (!text) throw new Error('markdown-it without a text rule');
  md.renderer.rules.text = (...args) => text(...args).replace(indexed, shown);
}

/** A heading without words is none: a screen reader would read it as one. */
export function readableTables(md: MarkdownRenderer): void {
  for (const [rule, at] of [['th_open', 1], ['th_close', -1]] as const) {
    md.renderer.rules[rule] = (tokens, i, options, _, self) => {
      const token = tokens[i];
      if (token && tokens[i + at]?.content === '') token.tag = 'td';
      return self.renderToken(tokens, i, options);
    };
  }
}
