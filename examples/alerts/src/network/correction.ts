/**
 * The document's correction of a steady gap between forecast and truth, in log10, with e = actual − forecast over the last finished block:
 *
 *   gap = mean |e|     s = deviation of e     shift = (1 + s)·gap if Σe > 0, else −(1 − s)·gap
 *
 * It helps where a forecast is steadily off to one side, and harms where it is not. So it is tried first: fitted on the block before the last and applied to the
 * last, it must lower the mean absolute error there; else it stays off.
 */
import { deviation, mean } from 'bptt/forecast';

/** Bars in a block. */
export const BLOCK = 50;

/** log10 of a forecast, uncorrected, and of the close that came. */
export interface Known {
  readonly forecast: number;
  readonly actual: number;
}

/** An alias, not an interface: it is stored as JSON beside each prediction. */
export type Correction = {
  readonly on: boolean;
  /** Why it is off; empty where it is on. */
  readonly why: string;
  readonly gap: number;
  readonly deviation: number;
  /** What is added to log10 of a forecast where it is on. */
  readonly shift: number;
  /** Mean absolute error over the last block, in log10, without it and with that of the block before. NaN has no JSON: null. */
  readonly before: number | null;
  readonly after: number | null;
};

function fit(block: readonly Known[]): Pick<Correction, 'gap' | 'deviation' | 'shift'> {
  const errors = Float64Array.from(block, ({ forecast, actual }) => actual - forecast);
  const gap = mean(errors.map(Math.abs));
  const spread = deviation(errors);
  return { gap, deviation: spread, shift: mean(errors) > 0 ? (1 + spread) * gap : -(1 - spread) * gap };
}

function error(block: readonly Known[], shift: number): number {
  return mean(Float64Array.from(block, ({ forecast, actual }) => Math.abs(actual - forecast - shift)));
}

/** The correction of the next forecast. @param known forecasts of one network and symbol whose bars have come, oldest first. */
export function correctionAfter(known: readonly Known[]): Correction {
  const last = known.slice(-BLOCK);
  if (known.length < 2 * BLOCK) {
    return { on: false, why: `only ${known.length} of ${2 * BLOCK} forecasts have been scored`, gap: 0, deviation: 0, shift: 0, before: null, after: null };
  }
  const earlier = fit(known.slice(-2 * BLOCK, -BLOCK));
  const [before, after] = [error(last, 0), error(last, earlier.shift)];
  const on = after < before;
  return { ...fit(last), on, why: on ? '' : 'on the last block it would not have helped', before, after };
}

/** log10 of a forecast as it is acted on. */
export function corrected(forecast: number, { on, shift }: Correction): number {
  return on ? forecast + shift : forecast;
}
