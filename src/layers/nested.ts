/** Parameter records of layers within layers: `forward/kernel` outside is `kernel` inside. */

export function addPrefix<V>(prefix: string, record: { readonly [key: string]: V }): Record<string, V> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [prefix + key, value]));
}

export function withoutPrefix<V>(prefix: string, record: { readonly [key: string]: V }): Record<string, V> {
  return Object.fromEntries(
    Object.entries(record).filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]),
  );
}
