/**
 * How activations and gradients become a map. A [P, C]: activations of one sample, P places (pixels, time steps), C channels;
 * g = ∂score/∂A, of the same shape. Every weighting returns P numbers, before negative ones are cut.
 */

/** What a layer computed for one sample, and the gradient that arrived there. Row-major [P, C]. */
export interface FeatureMaps {
  readonly activations: ArrayLike<number>;
  /** Empty where the weighting does without. */
  readonly gradients: ArrayLike<number>;
  readonly places: number;
  readonly channels: number;
}

/** A way to make maps, for {@link activationMap}. */
export interface Weighting {
  /** Whether it needs gradients: a backward pass. */
  readonly gradients: boolean;
  /** [P] */
  map(features: FeatureMaps): Float64Array;
}

/** Σ_p of a term that is given for each place and channel: [C]. */
function sumPlaces({ places, channels }: FeatureMaps, term: (at: number, channel: number) => number): Float64Array {
  const sums = new Float64Array(channels);
  for (let p = 0; p < places; p++) {
    for (let c = 0; c < channels; c++) sums[c] = (sums[c] ?? 0) + term(p * channels + c, c);
  }
  return sums;
}

/** Σ_c of such a term: [P]. */
function sumChannels({ places, channels }: FeatureMaps, term: (at: number, channel: number) => number): Float64Array {
  return Float64Array.from({ length: places }, (_, p) => {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += term(p * channels + c, c);
    return sum;
  });
}

/** Σ_c weight_c · A_c: [P]. */
export function weighChannels(features: FeatureMaps, weights: ArrayLike<number>): Float64Array {
  return sumChannels(features, (at, c) => (weights[c] ?? 0) * (features.activations[at] ?? NaN));
}

/** Selvaraju et al. 2017, eq. 1 and 2: a channel weighs the mean of its gradient. */
const gradCam: Weighting = {
  gradients: true,
  map(features) {
    const { gradients: g, places } = features;
    return weighChannels(features, sumPlaces(features, (at) => (g[at] ?? NaN) / places));
  },
};

/**
 * Chattopadhay et al. 2018, eq. 10 and 19: a channel weighs Σ_p α·relu(g) with α = g² / (2g² + g³·Σ_p A) = 1 / (2 + g·Σ_p A), which
 * shares the weight fairly among places when a pattern comes several times. The paper explains eˢ; its factor eˢ is the same for
 * all channels and left out. Made for A ≥ 0: where Σ_p A is negative, α would have a pole; it is then held at ½.
 */
const gradCamPlusPlus: Weighting = {
  gradients: true,
  map(features) {
    const { activations: a, gradients: g } = features;
    const sums = sumPlaces(features, (at) => a[at] ?? NaN);
    return weighChannels(features, sumPlaces(features, (at, c) => {
      const rising = Math.max(g[at] ?? NaN, 0);
      return rising / (2 + rising * Math.max(sums[c] ?? 0, 0));
    }));
  },
};

/** Jiang et al. 2021, eq. 5 and 6: every place has a weight of its own, relu(g). Fine enough for early layers. */
const layerCam: Weighting = {
  gradients: true,
  map(features) {
    const { activations: a, gradients: g } = features;
    return sumChannels(features, (at) => Math.max(g[at] ?? NaN, 0) * (a[at] ?? NaN));
  },
};

/**
 * Muhammad & Yeasin 2020: the projection A·v on the first right singular vector of A; without score or gradient. A singular
 * vector has no sign: the one is taken whose map has a positive sum.
 */
const eigenCam: Weighting = {
  gradients: false,
  map(features) {
    const map = weighChannels(features, firstSingularVector(features));
    return map.reduce((sum, value) => sum + value, 0) < 0 ? map.map((value) => -value) : map;
  },
};

/** By power iteration on AᵀA, without ever forming it: v ← Aᵀ(A·v), normalised, until it stands still. */
function firstSingularVector(features: FeatureMaps): Float64Array {
  const { activations: a, channels } = features;
  let v = normalized(Float64Array.from({ length: channels }, (_, c) => 1 + c / channels)); // unlikely to be orthogonal to anything
  for (let round = 0; round < 1000; round++) {
    const u = weighChannels(features, v);
    const next = normalized(sumPlaces(features, (at) => (a[at] ?? NaN) * (u[Math.floor(at / channels)] ?? 0)));
    const moved = next.reduce((most, value, c) => Math.max(most, Math.abs(value - (v[c] ?? 0))), 0);
    v = next;
    if (moved < 1e-12) break;
  }
  return v;
}

/** Zeros stay. */
function normalized(v: Float64Array): Float64Array {
  const norm = Math.hypot(...v);
  return norm > 0 ? v.map((value) => value / norm) : v;
}

/** The weightings of {@link gradCam}, {@link gradCamPlusPlus}, {@link layerCam} and {@link eigenCam}. */
export const weightings = { gradCam, gradCamPlusPlus, layerCam, eigenCam } as const;
