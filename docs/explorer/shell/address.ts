/**
 * The state of a panel as the part of the address behind #, and back: `#strip?cell=gru&t=5`. What stands at its default is left out, and what
 * is no value of its field counts as not said.
 */
export type Value = string | number | boolean;

export interface Field<V extends Value> {
  readonly initial: V;
  /** undefined for a text that is no value of it. */
  parse(text: string): V | undefined;
}

/** Values in order: a slider. */
export interface Range extends Field<number> { readonly kind: 'range'; readonly from: number; readonly to: number; readonly step: number }
export interface Choice<V extends string> extends Field<V> { readonly kind: 'choice'; readonly options: readonly V[] }
export interface Flag extends Field<boolean> { readonly kind: 'flag' }
export interface Text extends Field<string> { readonly kind: 'text' }

export type AnyField = Range | Choice<string> | Flag | Text;
export type Fields = Readonly<Record<string, AnyField>>;
export type StateOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Choice<infer V> ? V : F[K]['initial'] };

export function range({ from, to, step = 1, initial }: { from: number; to: number; step?: number; initial: number }): Range {
  const parse = (text: string): number | undefined => {
    const value = text.trim() === '' ? NaN : Number(text);
    return value >= from && value <= to && (step !== 1 || Number.isInteger(value)) ? value : undefined;
  };
  return { kind: 'range', from, to, step, initial, parse };
}

/** The first option is the default unless another is named. */
export function choice<const V extends string>(options: readonly [V, ...V[]], initial: NoInfer<V> = options[0]): Choice<V> {
  return { kind: 'choice', options, initial, parse: (text) => options.find((option) => option === text) };
}

export function flag(initial: boolean): Flag {
  return { kind: 'flag', initial, parse: (text) => (text === '1' ? true : text === '0' ? false : undefined) };
}

export function text(initial: string): Text {
  return { kind: 'text', initial, parse: (given) => given };
}

export interface Address { readonly panel: string; readonly query: string }

export function readAddress(hash: string): Address {
  const [panel = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  return { panel, query };
}

export function writeAddress({ panel, query }: Address): string {
  return query === '' ? `#${panel}` : `#${panel}?${query}`;
}

export function readState<F extends Fields>(fields: F, query: string): StateOf<F> {
  const said = new URLSearchParams(query);
  const valueOf = (name: string, field: AnyField): Value => {
    const given = said.get(name);
    return given === null ? field.initial : field.parse(given) ?? field.initial;
  };
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, valueOf(name, field)])) as StateOf<F>;
}

export function writeState<F extends Fields>(fields: F, state: StateOf<F>): string {
  const said = new URLSearchParams();
  for (const [name, field] of Object.entries(fields)) {
    const value: Value = state[name] ?? field.initial;
    if (value !== field.initial) said.set(name, typeof value === 'boolean' ? String(Number(value)) : String(value));
  }
  return said.toString();
}
