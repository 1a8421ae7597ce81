/** Panel 5, second half: draw candlesticks, and see where a network looks. */
import { loadModel, randomStream, wasm } from 'bptt';
import type { Model } from 'bptt';
import { candlestickImage, overlayHeatMap } from 'bptt/charts';
import { range } from '../shell/address.js';
import { among, largest } from '../shell/choosing.js';
import { button, el } from '../shell/dom.js';
import { numberElement, shown } from '../shell/numbers.js';
import { definePanel } from '../shell/panel.js';
import { question } from '../shell/question.js';
import { COUNT, TOP, changed, drawn, engulfings, fromText, parts, toText } from '../candlesticks/bars.js';
import type { Candle, Part } from '../candlesticks/bars.js';
import { Chart } from '../candlesticks/chart.js';
import { HEIGHT, WIDTH, columns, look, style } from '../candlesticks/network.js';
import type { Look } from '../candlesticks/network.js';
import { legend } from '../drawing/pixelMap.js';
import { Slider } from '../drawing/slider.js';

const first = toText(drawn(randomStream(2, 'explorer chart'), 'engulfing'));
const fields = {
  candles: { kind: 'text', initial: first, parse: (text: string) => (fromText(text) ? text : undefined) },
  /** The candle that the sliders move. */
  candle: range({ from: 1, to: COUNT, initial: 1 }),
} as const;

async function fetched(): Promise<Model> {
  const answer = await fetch(new URL('candlesticks.safetensors', document.baseURI));
  if (!answer.ok) throw new Error(`candlesticks.safetensors: ${answer.status}`);
  return loadModel(new Uint8Array(await answer.arrayBuffer()), { backend: await wasm() });
}

/** Candles to choose from, from 0, beside the right one. */
const OTHERS = [0, 3, 6, 9, 11];

/** The map over the picture that the network is shown. */
function paint(canvas: HTMLCanvasElement, chart: readonly Candle[], { map }: Look): void {
  const picture = candlestickImage(columns(chart), style);
  const { data } = overlayHeatMap(picture, { data: map, shape: [HEIGHT, WIDTH] }, { domain: [0, Math.max(...map, 1e-9)], alpha: 0.6 });
  const image = new ImageData(WIDTH, HEIGHT);
  for (let i = 0; i < WIDTH * HEIGHT; i++) image.data.set([data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0, 255], 4 * i);
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

export const panel = definePanel(fields, (host) => {
  const candlesOf = (): readonly Candle[] => fromText(host.state.candles) ?? [];
  const move = (at: number, part: Part, price: number): void => {
    host.set({ candles: toText(candlesOf().map((candle, i) => (i === at ? changed(candle, part, price) : candle))), candle: at + 1 });
  };
  const chart = new Chart(move);
  const chosen = new Slider('Candle', (candle) => host.set({ candle }));
  const prices = parts.map((part) => ({ part, slider: new Slider(`Its ${part}`, (price) => move(host.state.candle - 1, part, price)) }));
  let draws = 0;
  const make = (label: string, kind: 'engulfing' | 'mirrored' | 'short' | 'walk'): HTMLElement =>
    button(label, () => host.set({ candles: toText(drawn(randomStream(++draws, 'explorer charts'), kind)) }));
  const buttons = el('div', { class: 'buttons', role: 'group', 'aria-label': 'Other charts' },
    make('With the pattern', 'engulfing'), make('Upside down', 'mirrored'), make('Not quite', 'short'), make('Without', 'walk'));
  const canvas = el('canvas', { class: 'pixels', role: 'img', width: WIDTH, height: HEIGHT });
  const scale = el('div', {});
  const says = el('p', { class: 'status' }, 'Fetching the network …');
  const table = el('tbody', {});
  const ask = question(host, {
    ask: () => 'Which candle does the score need most: the flattening of which one, to a line at its middle, takes most away?',
    options: () => among(largest(seen?.losses ?? new Float64Array(COUNT)), OTHERS).map((at) => `candle ${at + 1}`),
    answer() {
      const losses = seen?.losses ?? new Float64Array(COUNT);
      const most = largest(losses);
      return { right: among(most, OTHERS).indexOf(most), because: `Without candle ${most + 1} the score falls by ${shown(losses[most] ?? NaN, 2)}; the map is strongest at candle ${1 + largest(seen?.byCandle ?? losses)}.` };
    },
  });
  host.place.append(buttons,
    el('div', { class: 'pair' },
      el('figure', {}, chart.element, el('figcaption', {}, el('p', { class: 'note' }, 'Draw here: pull the end of a body or of a wick. Hollow rises, filled falls.'))),
      el('figure', {}, canvas, el('figcaption', {}, el('p', { class: 'note' }, 'What the network is shown, 72 × 48 pixels, under its Grad-CAM map.'), scale))),
    el('div', { class: 'controls', role: 'group', 'aria-label': 'Candle by keyboard' }, chosen.element, ...prices.map(({ slider }) => slider.element)),
    says, el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'By candle' }, el('table', {}, table)), ask.element);

  const network = fetched();
  let seen: Look | undefined;
  let wanted = '';
  let busy = false;

  /** The chart as it is now; those that came and went while it computed are left out. */
  async function compute(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      for (let done = ''; done !== wanted;) {
        done = wanted;
        const candles = fromText(done) ?? [];
        seen = await look(await network, candles);
        show(candles, seen);
      }
    } catch (error) {
      says.textContent = `It cannot go on: ${error instanceof Error ? error.message : String(error)}`;
    }
    busy = false;
  }

  function show(candles: readonly Candle[], found: Look): void {
    paint(canvas, candles, found);
    const most = Math.max(...found.map);
    scale.replaceChildren(legend('0', shown(most)));
    const ruled = engulfings(candles).map((at) => at + 1);
    const strongest = most > 0 ? `Its map is strongest at candle ${1 + largest(found.byCandle)}.` : 'Its map is empty: nothing raises the score.';
    says.replaceChildren('The network gives an engulfing pair ', numberElement(100 / (1 + Math.exp(-found.score)), 0), ' %, score ', numberElement(found.score, 2),
      `. ${strongest} By the rule there is ${ruled.length === 0 ? 'none' : `one at candle ${ruled.join(', and at ')}`}.`);
    canvas.setAttribute('aria-label', `Grad-CAM over the chart. ${strongest}`);
    const row = (name: string, cells: readonly (Node | string)[]): HTMLElement => el('tr', {}, el('th', { scope: 'row' }, name), ...cells.map((cell) => el('td', {}, cell)));
    table.replaceChildren(row('candle', candles.map((_, i) => String(i + 1))),
      row('map', Array.from(found.byCandle, (value) => numberElement(value, 2))), row('lost without it', Array.from(found.losses, (value) => numberElement(value, 2))));
    ask.show(host.state);
    host.say(says.textContent ?? '');
  }

  return {
    show({ candles, candle }) {
      const all = candlesOf();
      chart.show(all, candle - 1);
      const own = all[candle - 1];
      chosen.show(candle, [1, COUNT], String(candle));
      for (const { part, slider } of prices) slider.show(own?.[part] ?? 0, [0, TOP], String(own?.[part] ?? 0));
      const said = own ? `Candle ${candle}: ${parts.map((part) => `${part} ${own[part]}`).join(', ')}, ${own.close >= own.open ? 'rises' : 'falls'}.` : '';
      chart.element.setAttribute('aria-label', `A chart of ${COUNT} candlesticks. ${said}`);
      wanted = candles;
      void compute();
    },
    close: () => void network.then((model) => model.dispose(), () => undefined),
  };
});
