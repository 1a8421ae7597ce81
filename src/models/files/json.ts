/** Reading the JSON of a model file: the value in the type that is due, or a FileFormatError. */
import { FileFormatError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';

export function damaged(argument: string, expected: string, actual: JsonValue | undefined): FileFormatError {
  return new FileFormatError({
    operation: 'loadModel', argument, expected, actual: JSON.stringify(actual) ?? 'nothing',
    hint: 'The file was not written by this library, or is damaged.',
  });
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function objectOf(argument: string, value: JsonValue | undefined): JsonObject {
  if (typeof value === 'object' && value !== null && !isList(value)) return value;
  throw damaged(argument, 'an object', value);
}

export function listOf(argument: string, value: JsonValue | undefined): readonly JsonValue[] {
  if (isList(value)) return value;
  throw damaged(argument, 'a list', value);
}

export function numberOf(argument: string, value: JsonValue | undefined): number {
  if (typeof value === 'number') return value;
  throw damaged(argument, 'a number', value);
}

export function textOf(argument: string, value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw damaged(argument, 'a text', value);
}
