/** One wrong line of mathematics, as an edit of the compiled JavaScript, and the tests that must notice it. */
export interface Edit {
  /** Exact text, once in the file (or once after `after`, which is once in the file). */
  readonly find: string;
  readonly replace: string;
  readonly after?: string;
}

export interface Fault {
  readonly name: string;
  /** Compiled source below dist/src, without extension. */
  readonly file: string;
  readonly edits: readonly Edit[];
  /** Test files below dist/test, without `.test.js`; the first red one catches the fault. */
  readonly tests: readonly string[];
}

/** Makes the faults of one file that the same tests should catch: [name, find, replace, after?]. */
export function faultsIn(
  file: string, tests: readonly string[], ...list: readonly (readonly [name: string, find: string, replace: string, after?: string])[]
): Fault[] {
  return list.map(([name, find, replace, after]) => ({ name, file, tests, edits: [{ find, replace, after }] }));
}

/** @throws Error when a snippet is missing or not unique: the source has changed and the fault must follow it. */
export function planted(source: string, { name, file, edits }: Fault): string {
  let text = source;
  for (const { find, replace, after } of edits) {
    const once = (part: string, from: number, unique: boolean): number => {
      const at = text.indexOf(part, from);
      if (at < 0) throw new Error(`fault '${name}': ${file} has no\n  ${part}`);
      if (unique && text.includes(part, at + 1)) throw new Error(`fault '${name}': ${file} has more than one\n  ${part}`);
      return at;
    };
    const at = after === undefined ? once(find, 0, true) : once(find, once(after, 0, true), false);
    text = text.slice(0, at) + replace + text.slice(at + find.length);
  }
  return text;
}
