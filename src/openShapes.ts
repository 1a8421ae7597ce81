/**
 * Sizes that are left open until data come: `null` where users write and read them, NaN inside. What is computed from a size that nobody
 * knows is not known either, and that is how NaN computes: layers work out their shapes by the same arithmetic, open or not.
 */
/** As everywhere; not imported, as tensors are checked with these. */
type Shape = readonly number[];

/** Of one sample; null where any size will do. */
export type OpenShape = readonly (number | null)[];

export function isOpen(shape: Shape): boolean {
  return shape.some(Number.isNaN);
}

/** As users read it. */
export function openShape(shape: Shape): OpenShape {
  return shape.map((size) => (Number.isNaN(size) ? null : size));
}

/** Whether two sizes can be one: they are equal, or one of them is open. */
export function sizesMeet(a: number | undefined, b: number | undefined): boolean {
  return a === b || Number.isNaN(a) || Number.isNaN(b);
}

/** Whether a shape is one that another leaves open. */
export function shapesMeet(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => sizesMeet(size, b[axis]));
}

/** The sizes of `known` where `shape` is open. */
export function closed(shape: Shape, known: Shape): Shape {
  return shape.map((size, axis) => (Number.isNaN(size) ? known[axis] ?? size : size));
}
