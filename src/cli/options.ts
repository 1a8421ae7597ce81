/** Command-line options declared once: parsing, checking and `--help` come from the same table. */
import { parseArgs } from 'node:util';
import { nearest } from '../checks.js';

/** The command line, or the data it names, cannot be used. The message is one line for the user; exit code 2. */
export class UsageError extends Error {}

export interface Option<T> {
  /** Placeholder of the value in the help: `FILE`, `N`. Empty: the option is a switch and takes none. */
  readonly value: string;
  readonly help: string;
  /** Default as the help shows it; undefined if there is none. */
  readonly shown: string | undefined;
  /** @param given undefined when the option is absent, empty for a switch that is set. @throws UsageError */
  parse(given: string | undefined, name: string): T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** Text as it is. */
export function text(value: string, help: string): Option<string | undefined>;
export function text(value: string, help: string, fallback: string): Option<string>;
export function text(value: string, help: string, fallback?: string): Option<string | undefined> {
  return {
    value, help, shown: fallback,
    parse: (given, name) => {
      if (given?.trim() === '') throw new UsageError(`--${name} needs a value, got an empty one.`);
      return given ?? fallback;
    },
  };
}

/** A whole number within [least, most]. */
export function wholeNumber(help: string, { fallback, least, most = 1_000_000 }: { fallback: number; least: number; most?: number }): Option<number> {
  return {
    value: 'N', help, shown: String(fallback),
    parse: (given, name) => {
      if (given === undefined) return fallback;
      const number = Number(given);
      if (!/^[+-]?\d+$/.test(given.trim()) || number < least || number > most) {
        throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, got '${given}'.`);
      }
      return number;
    },
  };
}

/** On or off; off by default. */
export function flag(help: string): Option<boolean> {
  return { value: '', help, shown: undefined, parse: (given) => given !== undefined };
}

/** One of several words, in any case. */
export function choice<T extends string>(words: readonly T[], help: string, fallback: T): Option<T> {
  return {
    value: words.join('|'), help, shown: fallback,
    parse: (given, name) => {
      if (given === undefined) return fallback;
      const found = words.find((word) => word.toLowerCase() === given.toLowerCase());
      if (found === undefined) throw new UsageError(`--${name} must be one of ${words.join(', ')}, got '${given}'.`);
      return found;
    },
  };
}

/** Words separated by commas; none by default. */
export function list(value: string, help: string): Option<readonly string[]> {
  return {
    value, help, shown: undefined,
    parse: (given, name) => {
      const words = given?.split(',').map((word) => word.trim()) ?? [];
      if (words.includes('')) throw new UsageError(`--${name} must be names separated by commas, got '${given ?? ''}'.`);
      return words;
    },
  };
}

/** What a command line says: its operands in their order, and the value of every option. */
interface Given<O extends Options> {
  readonly operands: readonly string[];
  readonly values: Values<O>;
}

/** Words of a list, separated by commas, in any case. */
export function words<T extends string>(known: readonly T[], help: string): Option<readonly T[]>;
export function words<T extends string>(known: readonly T[], help: string, fallback: T): Option<readonly T[]>;
export function words<T extends string>(known: readonly T[], help: string, fallback?: T): Option<readonly T[]> {
  return {
    value: known.join(','), help, shown: fallback,
    parse: (given, name) => (given ?? fallback ?? '').split(',').filter((word, _, all) => word !== '' || all.length > 1).map((word) => {
      const found = known.find((each) => each.toLowerCase() === word.trim().toLowerCase());
      if (found === undefined) throw new UsageError(`--${name} must be among ${known.join(', ')}, separated by commas, got '${given ?? ''}'.`);
      return found;
    }),
  };
}

/** Numbers above 0 and below 1, rising, separated by commas; none by default. */
export function levels(value: string, help: string): Option<readonly number[]> {
  return {
    value, help, shown: undefined,
    parse: (given, name) => {
      const numbers = given?.split(',').map((word) => (word.trim() === '' ? NaN : Number(word))) ?? [];
      if (numbers.some((number, i) => !(number > (numbers[i - 1] ?? 0) && number < 1))) throw new UsageError(`--${name} must be rising numbers between 0 and 1, separated by commas, got '${given ?? ''}'.`);
      return numbers;
    },
  };
}

/** @returns the values, or `'help'` when that is asked for. @throws UsageError for anything that is not in the table. */
export function parseOptions<O extends Options>(options: O, args: readonly string[]): Values<O> | 'help' {
  const given = parseCommand([], options, args);
  return given === 'help' ? 'help' : given.values;
}

/** As {@link parseOptions}, for a command that also takes operands. @param operands what the help calls them, such as `FILE`; each must be given. */
export function parseCommand<O extends Options>(operands: readonly string[], options: O, args: readonly string[]): Given<O> | 'help' {
  const known = [...Object.keys(options), 'help'];
  const end = args.indexOf('--');
  for (const arg of end < 0 ? args : args.slice(0, end)) {
    const [, name = ''] = /^--([^=]+)/.exec(arg) ?? [];
    if (name !== '' && !known.includes(name)) throw new UsageError(`Unknown option '--${name}'. Did you mean --${nearest(name, known)}? --help lists the options.`);
  }
  const types = Object.fromEntries(Object.entries(options).map(([name, { value }]) => [name, { type: value === '' ? 'boolean' as const : 'string' as const }]));
  const { values: given, positionals } = parsed(args, { ...types, help: { type: 'boolean', short: 'h' } });
  if (given.help === true) return 'help';
  if (positionals.length > operands.length) throw new UsageError(`Unexpected argument '${positionals[operands.length] ?? ''}'. --help lists the options.`);
  if (positionals.length < operands.length) throw new UsageError(`${operands[positionals.length] ?? ''} is missing. --help says what it is.`);
  const values = Object.entries(options).map(([name, option]) => {
    const value = given[name];
    return [name, option.parse(value === true ? '' : value === false ? undefined : value, name)];
  });
  return { operands: positionals, values: Object.fromEntries(values) as Values<O> };
}

function parsed(args: readonly string[], options: Readonly<Record<string, { readonly type: 'boolean' | 'string'; readonly short?: string }>>): { readonly values: Readonly<Record<string, string | boolean | undefined>>; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    // Node adds advice on further lines and sentences.
    const [first = ''] = error instanceof Error ? error.message.split(/\n|\. /) : [];
    throw new UsageError(`${first.replace(/\.$/, '')}. --help lists the options.`);
  }
}

/** The options as a list, at most 100 columns wide. */
export function optionHelp(options: Options): string {
  const rows = [...Object.entries(options).map(([name, { value, help, shown }]) =>
    [`--${name} ${value}`.trimEnd(), shown === undefined ? help : `${help} (default ${shown})`] as const), ['--help', 'this text'] as const];
  const wide = 24;
  return rows.flatMap(([flag, help]) => {
    const lines = wrapWords(help, 100 - wide - 4);
    const first = flag.length < wide ? [`  ${flag.padEnd(wide)}${lines.shift() ?? ''}`] : [`  ${flag}`];
    return [...first, ...lines.map((line) => `  ${' '.repeat(wide)}${line}`)];
  }).join('\n');
}

/** Breaks a text at spaces. */
export function wrapWords(line: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of line.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
