#!/usr/bin/env node
/** The command `bptt`: finds the subcommand and hands it the rest of the line. Each is loaded when it is asked for. */
import { createRequire } from 'node:module';
import process from 'node:process';
import { nearest } from '../checks.js';
import { EXIT_CODES } from './command.js';
import type { Command } from './command.js';
import { UsageError } from './options.js';
import { runCli } from './runCli.js';
import { print } from './terminal.js';

interface Entry {
  readonly summary: string;
  load(): Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  forecast: { summary: 'from a CSV file to an honest forecast', load: async () => (await import('./commands/forecast.js')).forecast },
  predict: { summary: 'what a saved model says of a CSV file', load: async () => (await import('./commands/predict.js')).predict },
  backtest: { summary: 'a network beside what it has to beat, from many origins', load: async () => (await import('./commands/backtest.js')).backtest },
  convert: { summary: 'a model file of one format as that of another', load: async () => (await import('./commands/convert.js')).convert },
  inspect: { summary: 'what a model file holds', load: async () => (await import('./commands/inspect.js')).inspect },
};
const names = Object.keys(COMMANDS);

const HELP = `bptt COMMAND [ARGUMENTS]

${Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`).join('\n')}

  bptt COMMAND --help   what it takes
  bptt --version        which version this is

${EXIT_CODES}`;

/** Which command is meant. @throws UsageError naming the nearest. */
function entryOf(name: string): Entry {
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry) return entry;
  if (name === '') throw new UsageError(`Name a command: ${names.join(', ')}. --help says what they do.`);
  if (name.startsWith('-')) throw new UsageError(`Unknown option '${name}'. Name a command first, one of ${names.join(', ')}; --help says what they do.`);
  if (/[./\\]/.test(name)) throw new UsageError(`'${name}' is no command. Say bptt forecast ${name} --target COL, or another of ${names.join(', ')}.`);
  throw new UsageError(`Unknown command '${name}'. Did you mean ${nearest(name, names)}? --help lists the commands.`);
}

const [name = '', ...rest] = process.argv.slice(2);
if (name === '--help' || name === '-h') print(HELP);
else if (name === '--version') print((createRequire(import.meta.url)('bptt/package.json') as { version: string }).version);
else await runCli(Object.hasOwn(COMMANDS, name) ? `bptt ${name}` : 'bptt', async (signal) => { await (await entryOf(name).load()).run(rest, signal); });
