/** Flags and environment into a `Config`, or into lines that say what is wrong with each value. */
import { parseArgs } from 'node:util';
import type { z } from 'zod';
import { COMMANDS, settings } from './settings.js';
import type { Config, Setting } from './settings.js';

export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const all: readonly [string, Setting][] = Object.entries(settings);

/** @throws ConfigError that names every value that is wrong */
export function readConfig(args: readonly string[], environment: Readonly<Record<string, string | undefined>>): Config | 'help' {
  const { flags, positionals } = parse(args);
  if (flags.help === true) return 'help';
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of all) {
    const fromFlag = setting.flag === undefined ? undefined : flags[setting.flag];
    // An empty variable is one that is not set: that is how compose files leave them out.
    const fromEnvironment = setting.variable === undefined ? undefined : environment[setting.variable] === '' ? undefined : environment[setting.variable];
    const parsed = setting.schema.safeParse(fromFlag ?? fromEnvironment);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${fromFlag !== undefined ? `--${setting.flag ?? ''}` : setting.variable ?? name} must be ${wanted(name, parsed.error)}${isSecret(setting) ? '' : `; it is '${String(fromFlag ?? fromEnvironment)}'`}.`);
  }
  const [command = 'serve', file, ...rest] = positionals;
  const known = COMMANDS.find((each) => each === command);
  if (known === undefined) problems.push(`There is no command '${command}'; there are ${COMMANDS.join(', ')}.`);
  if ((known === 'backup' || known === 'restore') && file === undefined) problems.push(`${known} needs the name of a file.`);
  if (rest.length > 0 || (file !== undefined && known !== 'backup' && known !== 'restore')) problems.push(`There is a word too many: '${rest[0] ?? file ?? ''}'.`);
  if (problems.length > 0) throw new ConfigError(problems);
  const config = { ...values, command: known, file } as Config;
  const conflicts = conflictsOf(config);
  if (conflicts.length > 0) throw new ConfigError(conflicts);
  return config;
}

function parse(args: readonly string[]): { flags: Record<string, string | boolean | undefined>; positionals: string[] } {
  const options = Object.fromEntries(all.flatMap(([, { flag, value }]) => (flag === undefined ? [] : [[flag, { type: value === undefined ? 'boolean' as const : 'string' as const }]])));
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } }, allowPositionals: true });
    return { flags: values, positionals };
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

function wanted(name: string, error: z.ZodError): string {
  return name === 'roles' ? 'a list of web, checker, sender' : error.issues[0]?.message ?? 'something else';
}

const isSecret = (setting: Setting): boolean => setting.flag === undefined;

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
export const isLoopback = (host: string): boolean => LOOPBACK.includes(host);

/** What each value allows and another forbids. */
function conflictsOf(config: Config): string[] {
  const problems: string[] = [];
  const open = !isLoopback(config.host) || config.trustProxy > 0 || (config.origin !== undefined && !isLoopback(new URL(config.origin).hostname));
  if (config.command === 'serve' && config.smtpUrl === undefined && open) {
    problems.push('SMTP_URL is needed where others reach the service: without it mails, with links that open accounts, are shown on a page. That is for this machine alone.');
  }
  if (config.demo && open) problems.push('--demo is for this machine alone: it shows a password and mails. Leave out --host, --origin and --trust-proxy.');
  if (config.demo && config.databaseUrl !== undefined) problems.push('--demo brings its own database: unset DATABASE_URL.');
  if (config.roles.length < 3 && config.databaseUrl === undefined && config.command === 'serve') problems.push('--role needs DATABASE_URL: an embedded database is held by one process, which must do everything.');
  if (config.source === 'csv' && config.csvFolder === undefined) problems.push('--source csv needs --csv FOLDER.');
  if (config.source === 'massive' && config.massiveKey === undefined) problems.push('--source massive needs MASSIVE_KEY.');
  if (config.source !== 'replay' && config.speed !== undefined) problems.push('--speed is for --source replay: other prices come at their own pace.');
  return problems;
}

export function helpText(): string {
  const lines = all.map(([, { flag, variable, value, help }]) => {
    const left = [flag === undefined ? undefined : `--${flag}${value === undefined ? '' : ` ${value}`}`, variable].filter((part) => part !== undefined).join(', ');
    return `  ${left.padEnd(38)} ${help}`;
  });
  return `Alerts on foretold rises and falls of prices.

  npm run alerts -- [COMMAND] [FLAGS]

  serve          the service (what it does without a command)
  train          trains the network anew; --full at its published size
  worth          what alerts would have been worth on the bars of a source
  backup FILE    writes all that the database holds into a file
  restore FILE   reads it into an empty database

Flags and variables of the environment; a flag wins. Secrets have variables alone.

${lines.join('\n')}
  --help                                 this text
`;
}
