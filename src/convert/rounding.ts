/** What keeping weights in fewer bits did to them. */
export interface WeightRounding {
  /** The largest |w − rounded(w)| in all. */
  readonly largest: number;
  /** The weight it is in, as the file calls it. */
  readonly weight: string;
  /** The same relative to the largest number of that weight. */
  readonly relative: number;
}
