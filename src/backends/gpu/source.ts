/**
 * How kernel sources are written: as text, so that no bundler, minifier or transpiler can rewrite them, with all sizes
 * and constants as literals. gpu.js translates the text to WGSL, GLSL, WebAssembly or plain JavaScript.
 *
 * A body computes one element of a flat result and returns it; `i` is its index. An input named `a` is read as `a[index]`:
 * {@link kernelSource} adds `a_`, the offset of its view, which comes in as a number, so that all rows of a tensor share one
 * kernel. `a.all[index]` counts from the start of the buffer, for loops that add the offset once. gpu.js computes indices in float32; they are exact below 2^24, the size limit of a buffer here.
 */

/** Elements a buffer may have: float32 counts exactly up to here. */
export const maxElements = 2 ** 24;

/** Inputs a kernel may have: WebGPU grants 8 storage buffers, one is the result. */
export const maxInputs = 7;

/** Largest magnitude taken for finite, a little under float32's: a compiler that assumes finite values cannot fold the comparison. */
const finiteLimit = '3.4e38';

/** A number as it stands in a source. */
export function literal(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

export function kernelSource(inputs: readonly string[], body: string): string {
  const parameters = inputs.map((name) => `${name}, ${name}_`).join(', ');
  const read = (_: string, name: string, all?: string): string => (all ? `${name}[` : `${name}[${name}_ + `);
  const reads = inputs.length > 0 ? body.replace(new RegExp(`\\b(${inputs.join('|')})(\\.all)?\\[`, 'g'), read) : body;
  return `function (${parameters}) { let i = this.thread.x; ${reads} }`;
}

/**
 * Declares row and column of element `index` in rows of n: index = row·n + column. GPU division may be off in the last bit,
 * which the two corrections repair.
 */
export function rowColumn(row: string, column: string, index: string, n: number): string {
  if (n === 1) return `let ${row} = ${index}; let ${column} = 0;`;
  return `let ${row} = Math.floor(${index} / ${n}); let ${column} = ${index} - ${row} * ${n};
    if (${column} < 0) { ${row} -= 1; ${column} += ${n}; }
    if (${column} >= ${n}) { ${row} += 1; ${column} -= ${n}; }`;
}

/** Several results in one kernel: elements below each size run that body, with `i` counted from 0. */
export function sections(...parts: readonly (readonly [size: number, body: string])[]): string {
  return parts
    .map(([size, body], n) => (n === parts.length - 1 ? body : `if (i < ${size}) { ${body} } i = i - ${size};`))
    .join('\n');
}

/** Sum of `term`, an expression in j, for j = 0 … count − 1. */
export function total(name: string, count: number, term: string): string {
  return `let ${name} = 0; for (let j = 0; j < ${count}; j++) { ${name} += ${term}; }`;
}

/** Products per turn of a loop; 4 is 1.7 times as fast as 1 in WebGPU. */
export const unroll = 4;

/** Adds `count` products, written out, of elements of two inputs to `sum`, and moves on. */
export function addProducts(sum: string, count: number, [a, p, pStep]: Walk, [b, q, qStep]: Walk): string {
  const terms = Array.from({ length: count }, (_, j) => `${a}.all[${p} + ${j * pStep}] * ${b}.all[${q} + ${j * qStep}]`);
  return `${sum} += ${terms.join(' + ')}; ${p} += ${count * pStep}; ${q} += ${count * qStep};`;
}

/** Adds the products of `count` elements of two inputs to `sum`; each input with the variable that counts through it, and its step. */
export function dot(sum: string, count: number, a: Walk, b: Walk): string {
  const turns = Math.floor(count / unroll);
  const rest = count % unroll;
  return `${turns > 0 ? `for (let j = 0; j < ${turns}; j++) { ${addProducts(sum, unroll, a, b)} }` : ''}
    ${rest > 0 ? addProducts(sum, rest, a, b) : ''}`;
}

type Walk = readonly [input: string, at: string, step: number];

/** `yes` where value is finite, else `no`: a choice, never a product, so that NaN cannot leak. */
export function ifFinite(value: string, yes: string, no: string): string {
  return `if (Math.abs(${value}) < ${finiteLimit}) { return ${yes}; } return ${no};`;
}

/**
 * Functions that bodies may call. WGSL leaves exp undefined where it overflows, allows its tanh an error of 1e-5, and drivers
 * may turn exp(NaN) into a number. So exp and log see only what they can take, and NaN, which fails every comparison, falls
 * through to the last line and is returned.
 */
export const sharedFunctions: readonly string[] = [
  // e^x for x ≤ 0.
  'function decay(x) { if (x < -87) { return 0; } if (x < 1) { return Math.exp(x); } return x; }',
  // e^x for any x; what overflows does so in a product, where it becomes ∞.
  `function exponential(x) {
    if (x < 1) { return decay(x); }
    if (x < 88) { return Math.exp(x); }
    if (x >= 88) { const half = Math.exp(0.5 * Math.min(x, 100)); return half * half; }
    return x;
  }`,
  'function logarithm(x) { if (x > 0) { return Math.log(x); } if (x <= 0) { return Math.log(x); } return x; }',
  `function sigmoid(x) {
    if (x < -80) { return 0; }
    if (x < 80) { return 1 / (1 + Math.exp(-x)); }
    if (x >= 80) { return 1; }
    return x;
  }`,
  // Near 0 the series to x⁹; else 1 − 2/(1 + e^2x).
  `function tangent(x) {
    const s = x * x;
    if (s < 0.09) { return x * (1 + s * (-0.3333333333 + s * (0.1333333333 + s * (-0.0539682540 + s * 0.0218694885)))); }
    if (s < 100) { return 1 - 2 / (1 + Math.exp(2 * x)); }
    if (x > 0) { return 1; }
    if (x < 0) { return -1; }
    return x;
  }`,
  // log(1 + e^−|x|); the series keeps small powers exact.
  `function softTail(x) {
    const e = decay(-Math.abs(x));
    if (e < 0.001) { return e - e * e * (0.5 - e * 0.3333333333); }
    if (e <= 1) { return Math.log(1 + e); }
    return x;
  }`,
  'function softplus(x) { if (x > 0) { return x + softTail(x); } return softTail(x); }',
  // e^x − 1 for x ≤ 0.
  `function decayMinusOne(x) {
    if (x * x < 0.01) { return x * (1 + x * (0.5 + x * (0.1666666667 + x * (0.0416666667 + x * 0.0083333333)))); }
    return decay(x) - 1;
  }`,
  // Abramowitz & Stegun 7.1.26, |error| ≤ 1.5e-7.
  `function erf(x) {
    const t = 1 / (1 + 0.3275911 * Math.abs(x));
    const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) * decay(-x * x);
    if (x < 0) { return tail - 1; }
    return 1 - tail;
  }`,
  'function signOf(x) { if (x > 0) { return 1; } if (x < 0) { return -1; } return x; }',
];
