/** Something that a reader of a forecast ought to know. */
export interface ForecastWarning {
  readonly kind: 'collapse' | 'lag' | 'range' | 'bias' | 'outside' | 'fewResiduals' | 'spacing';
  /** Steps ahead that it concerns, counted from 1; 0 for all. */
  readonly horizon: number;
  /**
   * collapse: std(predicted) / std(actual); lag: corr(Δpredicted, Δprevious); range: share of rows outside the training range; bias: shift of the residuals in
   * deviations; outside: share of forecasts outside their interval; fewResiduals: their count;
   * spacing: share of the steps from row to row that are as long as those learned from.
   */
  readonly figure: number;
  /** A plain sentence with the figure in it. */
  readonly message: string;
}

/** A figure in a sentence: five digits that count, or as many after the point as `digits` says, with the minus sign of print. */
export function figure(value: number, digits?: number): string {
  return (digits === undefined ? String(Number(value.toPrecision(5))) : value.toFixed(digits)).replaceAll('-', '−');
}
