/** One line of JSON an event. What is written is named by the caller, field by field; whole requests, rows or errors of drivers never are. */
import type { LogLevel } from '../config/settings.js';
import { LOG_LEVELS } from '../config/settings.js';

export type Field = string | number | boolean | null | undefined;

export type Log = Readonly<Record<LogLevel, (event: string, fields?: Readonly<Record<string, Field>>) => void>>;

export function createLog(least: LogLevel, write: (line: string) => void): Log {
  const at = (level: LogLevel): Log['info'] => (event, fields = {}) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Name and message of what was thrown, with addresses that hold a password blanked. */
export function described(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replace(/:\/\/[^\s/@]{1,200}@/g, '://…@').slice(0, 500);
}
