/** Text as numbers of characters, cut into streams that are read side by side. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Alphabet {
  /** Every character, the rare ones as one. */
  readonly characters: readonly string[];
  encode(text: string): Int32Array;
}

/** Stands for all characters that are too rare to learn. */
const RARE = '¤';

/** The prose of this project's derivations: formulas, tables and programs are left out. */
export function prose(folder: string): string {
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md')).sort();
  return pages.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
    .replace(/```[^`]*```/g, '').replace(/\$\$[^$]*\$\$/g, '').replace(/\]\([^)]*\)/g, ']')
    .split('\n').filter((line) => !line.startsWith('|') && !line.startsWith('#')).join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

/** @param least how often a character must stand in the text to get a number of its own. */
export function alphabetOf(text: string, least: number): Alphabet {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const kept = [...counts].filter(([, count]) => count >= least).map(([character]) => character).sort();
  const characters = [RARE, ...kept];
  const numbers = new Map(characters.map((character, i) => [character, i]));
  return { characters, encode: (given) => Int32Array.from(given, (character) => numbers.get(character) ?? 0) };
}

/**
 * Batches of `streams` sequences of `steps` characters, each with the characters that follow: stream s of a batch goes on where stream s of
 * the batch before stopped, so that a stateful layer may carry its state.
 */
export function* chunks(codes: Int32Array, streams: number, steps: number): Generator<[x: Int32Array[], y: Int32Array[]]> {
  const length = Math.floor((codes.length - 1) / streams);
  for (let at = 0; at + steps <= length; at += steps) {
    const rows = Array.from({ length: streams }, (_, s) => s * length + at);
    yield [rows.map((from) => codes.subarray(from, from + steps)), rows.map((from) => codes.subarray(from + 1, from + steps + 1))];
  }
}
