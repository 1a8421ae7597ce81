/** Reading the JSON of a model file: the value in the type that is due, or a FileFormatError. */
import { FileFormatError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../layers/layer.js';

/** Objects and lists within one another that a file may have, and that a model is saved with. */
export const depthLimit = 100;

/**
 * JSON of a file, read only once one scan over the text has shown that it is nested at most `depthLimit` deep and that no object
 * has a key twice, which JSON.parse would take for the last of the two.
 * @throws FileFormatError
 */
export function parseJson(operation: string, argument: string, text: string): unknown {
  const fault = faultOf(text);
  if (fault) throw new FileFormatError({ operation, argument, ...fault, hint: 'The file is damaged, or was not written by this library.' });
  try {
    return (outOfRange.test(text) ? JSON.parse(text, finite) : JSON.parse(text)) as unknown;
  } catch (cause) {
    throw new FileFormatError({ operation, argument, expected: 'JSON', actual: 'something else', hint: String(cause) }, { cause });
  }
}

/** Where a number may be beyond the range of doubles, which JSON.parse takes for infinity. */
const outOfRange = /\d{300}|\d[eE]\+?0*[1-9]\d\d/;

function finite(_key: string, value: unknown): unknown {
  if (value === Infinity || value === -Infinity) throw new RangeError('a number beyond the range of doubles');
  return value;
}

/** What makes a text unfit to be read, or to be written; linear in its length. Whether it is JSON at all is for JSON.parse to say. */
export function faultOf(text: string): { expected: string; actual: string } | undefined {
  /** Keys of each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let keyIsDue = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (letter === '"') {
      const end = closingQuote(text, at);
      const keys = keyIsDue ? open.at(-1) : undefined;
      const key = keys && unescaped(text.slice(at, end + 1));
      if (key !== undefined && keys?.has(key)) return { expected: 'without a key twice', actual: `'${key}' twice` };
      if (key !== undefined) keys?.add(key);
      keyIsDue = false;
      at = end;
    } else if (letter === ',') {
      keyIsDue = true;
    } else if (letter === '{' || letter === '[') {
      open.push(letter === '{' ? new Set() : undefined);
      keyIsDue = true;
      if (open.length > depthLimit) return { expected: `nested at most ${depthLimit} deep`, actual: 'deeper' };
    } else if (letter === '}' || letter === ']') {
      open.pop();
    }
  }
  return undefined;
}

/** Where the string ends that begins at `from`; the end of the text if it never does. */
function closingQuote(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

/** `"a\u0062"` as it is meant; as it stands where it is no string. */
function unescaped(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}

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

/** A number that may not be finite, which JSON cannot write: then its name, `'NaN'` or `'-Infinity'`. */
export function anyNumber(value: number): JsonValue {
  return Number.isFinite(value) ? value : String(value);
}

/** What {@link anyNumber} wrote. */
export function anyNumberOf(argument: string, value: JsonValue | undefined): number {
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : numberOf(argument, value);
}

export function textOf(argument: string, value: JsonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw damaged(argument, 'a text', value);
}
