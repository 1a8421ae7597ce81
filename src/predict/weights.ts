import type { Shape } from '../tensor.js';

/** As graphs ask for them. */
export function weightsOf(shapes: { readonly [name: string]: Shape | undefined }): Record<string, { readonly shape: Shape }> {
  return Object.fromEntries(Object.entries(shapes).flatMap(([name, shape]) => (shape ? [[name, { shape }]] : [])));
}
