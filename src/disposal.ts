/// <reference lib="esnext.disposable" preserve="true" />
/**
 * The name under which `using model = …` finds what frees it. Hosts without it agree on this symbol, where a program brings none of
 * its own. The reference above goes into the declarations, so that they compile for users whose `lib` is ES2022.
 */
export const disposal: typeof Symbol.dispose = (Symbol as { readonly dispose?: typeof Symbol.dispose }).dispose ?? Symbol.for('Symbol.dispose') as typeof Symbol.dispose;

declare global {
  // Empty where neither the DOM's nor Node's types say more: the declarations compile there too.
  interface AbortSignal {} // eslint-disable-line @typescript-eslint/no-empty-object-type
}
