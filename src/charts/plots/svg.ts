/**
 * A tiny writer of XML markup. `Markup` is a branded string that only this file makes, so text from outside cannot
 * reach a document unescaped.
 */
import { ArgumentError } from '../../errors.js';

declare const brand: unique symbol;
/** Text that is already well-formed markup. */
export type Markup = string & { readonly [brand]: true };

/** `undefined` leaves the attribute out; numbers are rounded to two decimals. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

const NAME = /^[A-Za-z][A-Za-z0-9:_-]*$/;
// Characters XML 1.0 cannot hold: control characters but tab and line breaks, lone surrogates, the two non-characters.
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it must stand in an element or a quoted attribute; characters XML cannot hold become U+FFFD. */
export function escapeText(text: string): Markup {
  return text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c) as Markup;
}

/** A coordinate with at most two decimals, without a negative zero. */
export function coordinate(value: number): string {
  if (!Number.isFinite(value)) {
    throw new ArgumentError({ operation: 'svg', argument: 'coordinate', expected: 'finite', actual: String(value) });
  }
  return String(Math.round(value * 100) / 100 || 0);
}

/** Pieces of markup one after the other. */
export function join(parts: readonly Markup[]): Markup {
  return parts.join('') as Markup;
}

/**
 * `<name attributes>children</name>`, or `<name attributes/>` without children.
 *
 * @throws ArgumentError for a name that XML does not allow or a number that is not finite.
 */
export function element(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const open = openTag(name, attributes);
  return (children.length === 0 ? `<${open}/>` : `<${open}>${children.join('')}</${name}>`) as Markup;
}

function openTag(name: string, attributes: Attributes): string {
  let open = checkName(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    open += ` ${checkName(key)}="${typeof value === 'number' ? coordinate(value) : escapeText(value)}"`;
  }
  return open;
}

function checkName(name: string): string {
  if (!NAME.test(name)) {
    throw new ArgumentError({ operation: 'svg', argument: 'name', expected: 'a plain XML name', actual: JSON.stringify(name) });
  }
  return name;
}

/**
 * A style or script element. Its content is code of this library, in which entities would not be decoded, so it is
 * checked instead of escaped.
 */
export function rawElement(name: 'style' | 'script', code: string): Markup {
  if (code.includes('</') || (name === 'style' && /[<&]/.test(code))) {
    throw new ArgumentError({ operation: 'svg', argument: name, expected: 'free of markup', actual: JSON.stringify(code.slice(0, 40)) });
  }
  return `<${name}>${code}</${name}>` as Markup;
}

/** A text element at (x, y). */
export function label(content: string, x: number, y: number, attributes: Attributes = {}): Markup {
  return element('text', { x, y, ...attributes }, escapeText(content));
}
