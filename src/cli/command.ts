/** A command of `bptt`: declared once; what it takes, its help and its run come from the same place. */
import { optionHelp, parseCommand, wrapWords } from './options.js';
import type { Options, Values } from './options.js';
import { print } from './terminal.js';

export interface Definition<O extends Options> {
  /** As it is called: `bptt inspect`. */
  readonly name: string;
  /** What stands before the options, in the words of the help: `FILE`. */
  readonly operands: readonly string[];
  /** Paragraphs of the help. */
  readonly about: readonly string[];
  readonly options: O;
  /** Command lines, each a line of the help. */
  readonly examples: readonly string[];
  /** @param line as it was typed. @param signal aborted by Ctrl-C. */
  run(given: { readonly operands: readonly string[]; readonly values: Values<O>; readonly line: string }, signal: AbortSignal): Promise<void>;
}

export interface Command {
  readonly name: string;
  /** @throws UsageError for what the command does not take. */
  run(args: readonly string[], signal: AbortSignal): Promise<void>;
}

export function command<O extends Options>(definition: Definition<O>): Command {
  const { name, operands, options } = definition;
  return {
    name,
    async run(args, signal) {
      const given = parseCommand(operands, options, args);
      if (given === 'help') print(helpOf(definition));
      else await definition.run({ ...given, line: [name, ...args].join(' ') }, signal);
    },
  };
}

function helpOf({ name, operands, about, options, examples }: Definition<Options>): string {
  return [
    [name, ...operands, '[OPTIONS]'].join(' '), '',
    ...about.flatMap((paragraph) => [...wrapWords(paragraph, 100), '']),
    optionHelp(options), '',
    ...examples.map((line) => `  ${line}`), '',
    EXIT_CODES,
  ].join('\n');
}

/** What `runCli` ends with. */
export const EXIT_CODES = 'Exit code 0: done; 1: training blew up; 2: wrong arguments or data; 130: stopped by Ctrl-C.';
