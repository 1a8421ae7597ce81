/** When a forecast is worth a notification, and how many alerts are checked without one holding up the others. */

/** A user wants to hear of a move of `symbol` of at least `percent`, up or down. */
export interface Alert {
  readonly user: string;
  readonly symbol: string;
  readonly percent: number;
}

export interface Move {
  readonly direction: 'surge' | 'plunge';
  /** Forecast change against the last close, in per cent; negative for a plunge. */
  readonly percent: number;
}

/** The move, or undefined if it stays below the threshold. */
export function decide(lastClose: number, forecast: number, threshold: number): Move | undefined {
  const percent = 100 * (forecast / lastClose - 1);
  if (!(Math.abs(percent) >= threshold)) return undefined;
  return { direction: percent > 0 ? 'surge' : 'plunge', percent };
}

/** A forecast for a symbol with what explains it. */
export interface SymbolForecast {
  readonly lastClose: number;
  readonly forecast: number;
  readonly explanation: string;
  /** Chart with the heat map over it, as a PNG file. */
  readonly image: Uint8Array;
}

export interface Notification extends Move {
  readonly alert: Alert;
  readonly explanation: string;
  readonly image: Uint8Array;
}

export interface AlertOutcome {
  readonly alert: Alert;
  readonly status: 'sent' | 'quiet' | 'failed';
  readonly notification?: Notification;
  /** Why it failed. */
  readonly reason?: string;
}

/**
 * Checks every alert on its own: a symbol is forecast once for all who watch it, alerts of other symbols do not wait for it,
 * and what fails or hangs is reported without stopping the rest.
 *
 * @param forecast of one symbol. @param deliver stores and pushes a notification. @param timeout ms each of them may take.
 */
export async function checkAlerts(
  alerts: readonly Alert[], forecast: (symbol: string) => Promise<SymbolForecast>, deliver: (notification: Notification) => Promise<void>, timeout = 30_000,
): Promise<AlertOutcome[]> {
  const forecasts = new Map<string, Promise<SymbolForecast>>();
  const forecastOnce = (symbol: string): Promise<SymbolForecast> => {
    const known = forecasts.get(symbol) ?? within(timeout, `forecast of ${symbol}`, () => forecast(symbol));
    forecasts.set(symbol, known);
    return known;
  };
  return Promise.all(alerts.map(async (alert): Promise<AlertOutcome> => {
    try {
      const { lastClose, forecast: value, explanation, image } = await forecastOnce(alert.symbol);
      const move = decide(lastClose, value, alert.percent);
      if (!move) return { alert, status: 'quiet' };
      const notification = { ...move, alert, explanation, image };
      await within(timeout, `delivery to ${alert.user}`, () => deliver(notification));
      return { alert, status: 'sent', notification };
    } catch (error) {
      return { alert, status: 'failed', reason: error instanceof Error ? error.message : String(error) };
    }
  }));
}

async function within<T>(milliseconds: number, what: string, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => { reject(new Error(`${what} took more than ${milliseconds} ms`)); }, milliseconds);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}
