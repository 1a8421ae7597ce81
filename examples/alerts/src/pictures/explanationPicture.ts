/**
 * The picture of a notification: the candles that the network saw under the heat map of what moved its forecast, below them what each close did, and the scale
 * of both. One SVG file without styles or scripts, so that no policy of a page can change it; white in dark mode too, as charts are.
 */
import { candlestickImage, colorAt, hexColor, overlayHeatMap } from 'bptt/charts';
import { encodePng } from 'bptt/node';
import { columnsOf } from '../data/bar.js';
import { DAY } from '../data/barSource.js';
import type { Told } from '../network/words.js';
import { amount, signedPercent } from '../network/words.js';
import { text } from './svg.js';

/** So narrow that letters of 17 can still be read where a phone shows it at two thirds. */
const [WIDTH, HEIGHT] = [460, 500];
const CHART = { x: 12, y: 44, width: 340, height: 250 } as const;
const CLOSES = { y: 330, height: 56 } as const;
const SCALE = { x: 90, y: 444, width: 200, height: 14 } as const;
/** Pixels of the chart for one of the picture, which is shown larger on a wide screen. */
const DENSITY = 1.5;
const ALPHA = 0.6;
/** Room above the highest and below the lowest price, in parts of their distance. */
const MARGIN = 0.06;
const PRICES = 4;

const day = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', day: 'numeric', month: 'short', year: 'numeric' });
const hour = new Intl.DateTimeFormat('en-GB', { timeZone: 'America/New_York', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

export function explanationPicture({ symbol, forecast, lastClose, moved, bars, barMinutes }: Told): string {
  const columns = columnsOf(bars);
  const [low, high] = [Math.min(...Array.from(columns.low), forecast), Math.max(...Array.from(columns.high), forecast)];
  const room = (high - low || high) * MARGIN;
  const range = [low - room, high + room] as const;
  const place = (price: number): number => CHART.y + CHART.height * ((range[1] - price) / (range[1] - range[0]));
  const strongest = Math.max(...moved.map.values.map(Math.abs)) || 1;
  const chart = candlestickImage(columns, { width: DENSITY * CHART.width, height: DENSITY * CHART.height, range });
  const image = overlayHeatMap(chart, { data: moved.map.values, shape: [moved.map.size, moved.map.size] }, { colors: 'diverging', alpha: ALPHA, domain: [-strongest, strongest] });
  const name = (bar: number): string => (barMinutes === DAY ? day : hour).format(bars[bar]?.opensAt);
  const change = signedPercent(100 * (forecast / lastClose - 1));
  const right = CHART.x + CHART.width;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="17" fill="#222">
<rect width="${WIDTH}" height="${HEIGHT}" rx="8" fill="#fff"/>
${text(CHART.x, 28, `${symbol}: what moved the forecast of ${change}`, { weight: 600 })}
<image x="${CHART.x}" y="${CHART.y}" width="${CHART.width}" height="${CHART.height}" href="data:image/png;base64,${Buffer.from(encodePng(image)).toString('base64')}"/>
<rect x="${CHART.x}" y="${CHART.y}" width="${CHART.width}" height="${CHART.height}" fill="none" stroke="#888"/>
${priceAxis(range, place, [forecast, lastClose])}
<path d="M${right} ${place(forecast).toFixed(1)}l10 -7v14z"/>
${text(right + 14, place(forecast) + 6, forecast.toFixed(2), { weight: 600 })}
<path d="M${CHART.x} ${place(lastClose).toFixed(1)}H${right}" stroke="#444" stroke-dasharray="4 4" fill="none"/>
${text(CHART.x, CHART.y + CHART.height + 24, name(0))}
${text(right, CHART.y + CHART.height + 24, name(bars.length - 1), { anchor: 'end' })}
${closeBars(moved.closes)}
${text(CHART.x, CLOSES.y + CLOSES.height + 22, `what each close did, at most ${amount(Math.max(...moved.closes.map(Math.abs)))}`.replace('+', '±'))}
${colorScale(strongest)}
</svg>
`;
}

/** Prices beside the chart, but where one would cover those of the forecast and the last close. */
function priceAxis(range: readonly [number, number], place: (price: number) => number, taken: readonly number[]): string {
  return Array.from({ length: PRICES }, (_, i) => range[0] + ((i + 0.5) / PRICES) * (range[1] - range[0]))
    .filter((price) => taken.slice(0, 1).every((other) => Math.abs(place(price) - place(other)) > 20))
    .map((price) => `<path d="M${CHART.x + CHART.width} ${place(price).toFixed(1)}h6" stroke="#888"/>${text(CHART.x + CHART.width + 14, place(price) + 6, price.toFixed(2))}`).join('\n');
}

/** A bar up for a close that raised the forecast, down for one that lowered it, under its candle. */
function closeBars(closes: Float64Array): string {
  const most = Math.max(...closes.map(Math.abs)) || 1;
  const slot = CHART.width / closes.length;
  const middle = CLOSES.y + CLOSES.height / 2;
  const bars = Array.from(closes, (value, i) => {
    const height = (Math.abs(value) / most) * (CLOSES.height / 2);
    const color = hexColor(colorAt('diverging', value > 0 ? 0.95 : 0.05));
    return `<rect x="${(CHART.x + i * slot + 0.15 * slot).toFixed(2)}" y="${(value > 0 ? middle - height : middle).toFixed(2)}" width="${(0.7 * slot).toFixed(2)}" height="${height.toFixed(2)}" fill="${color}"/>`;
  });
  return `${bars.join('')}<path d="M${CHART.x} ${middle}h${CHART.width}" stroke="#888"/>`;
}

const STEPS = 24;

function colorScale(strongest: number): string {
  const width = SCALE.width / STEPS;
  const steps = Array.from({ length: STEPS }, (_, i) => {
    const [r, g, b] = colorAt('diverging', (i + 0.5) / STEPS);
    const mixed = [r, g, b].map((value) => Math.round(255 + ALPHA * (value - 255)));
    return `<rect x="${SCALE.x + i * width}" y="${SCALE.y}" width="${width + 0.5}" height="${SCALE.height}" fill="rgb(${mixed.join(',')})"/>`;
  });
  const below = SCALE.y + SCALE.height + 22;
  return `${steps.join('')}
${text(SCALE.x - 8, SCALE.y + 13, 'lowered', { anchor: 'end' })}${text(SCALE.x + SCALE.width + 8, SCALE.y + 13, 'raised the forecast')}
${text(SCALE.x, below, amount(-strongest), { anchor: 'middle' })}${text(SCALE.x + SCALE.width / 2, below, '0', { anchor: 'middle' })}${text(SCALE.x + SCALE.width, below, amount(strongest), { anchor: 'middle' })}`;
}
