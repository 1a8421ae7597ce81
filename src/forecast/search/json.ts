/** Plain JSON: what parameters, tasks and outcomes are made of, so that they are the same wherever they arrive. */
import { ArgumentError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';

/** Deeper values are taken for ones that hold themselves. */
const DEPTH = 100;

/** Whether JSON holds the value as it is: no NaN, no infinity, no undefined, no object with a class. */
export function isJson(value: unknown, depth = 0): value is JsonValue {
  if (typeof value === 'number') return Number.isFinite(value);
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value !== 'object' || depth > DEPTH) return false;
  if (Array.isArray(value)) return value.every((entry) => isJson(entry, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every((entry) => isJson(entry, depth + 1));
}

/** A copy of parameters that nobody else holds. */
export function copyJson(operation: string, argument: string, value: JsonObject): JsonObject {
  if (!isRecord(value) || !isJson(value)) {
    throw new ArgumentError({ operation, argument, expected: 'an object of plain JSON, its numbers finite', actual: shorten(value) });
  }
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

/** One text for equal values, whatever the order of their keys. */
export function canonical(value: JsonValue): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((entry) => sorted(entry) ?? null);
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, entry]) => [key, sorted(entry)]));
}

export function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Both entries of a list of two; nothing of anything else. */
export function pairOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
}

/** A value for a message. */
export function shorten(value: unknown): string {
  let text: string | undefined;
  try {
    text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  } catch {
    // One that holds itself, or a BigInt.
  }
  const shown = text ?? String(value);
  return shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
}
