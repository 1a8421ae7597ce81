/** A value as Node's console prints it, for what the pages print: text as it is, numbers, arrays, records. */
const WIDTH = 72;

export function inspect(value: unknown): string {
  return typeof value === 'string' ? value : nested(value, 0);
}

function nested(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return `[Function: ${value.name || '(anonymous)'}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth > 2) return Array.isArray(value) ? '[Array]' : '[Object]';
  if (Array.isArray(value)) return frame('[', value.map((entry) => nested(entry, depth + 1)), ']');
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const numbers = Array.from(value as Float64Array, (entry) => nested(entry, depth + 1));
    return `${value.constructor.name}(${numbers.length}) ${frame('[', numbers, ']')}`;
  }
  const name = value.constructor && value.constructor !== Object ? `${value.constructor.name} ` : '';
  return name + frame('{', Object.entries(value).map(([key, entry]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : `'${key}'`}: ${nested(entry, depth + 1)}`), '}');
}

function frame(open: string, parts: readonly string[], close: string): string {
  if (parts.length === 0) return open + close;
  const line = `${open} ${parts.join(', ')} ${close}`;
  return line.length <= WIDTH && !line.includes('\n') ? line : `${open}\n${parts.map((part) => `  ${part.replace(/\n/g, '\n  ')}`).join(',\n')}\n${close}`;
}
