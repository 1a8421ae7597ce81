/** Trains in a thread of its own, as many epochs as the page has asked for. */
import type { Example, FromWorker, Start, ToWorker } from './protocol.js';
import type { Series } from './series.js';
import { Trainer } from './trainer.js';

/** A page shares memory among threads only where its host isolates it. */
const threads = self.crossOriginIsolated && navigator.hardwareConcurrency > 1 ? 2 : 1;

/** Epochs that the page has asked for and not got. */
let asked = 0;
let wake: (() => void) | undefined;

const say = (message: FromWorker): void => self.postMessage(message);

const { port1, port2 } = new MessageChannel();
port1.onmessage = () => wake?.();

/** Hears what the page has said meanwhile, and waits until it wants more. A timer would cost 4 ms an epoch. */
async function heard(): Promise<void> {
  do {
    await new Promise<void>((resolve) => {
      wake = resolve;
      if (asked > 0) port2.postMessage('go on');
    });
  } while (asked === 0);
}

function exampleOf({ tasks, probe }: Trainer, series: Series | undefined): Example {
  const { features, asked: answers, outputs, unread } = tasks.probe;
  const first = ({ data, shape }: typeof probe.x): Float64Array => Float64Array.from({ length: data.length / (shape[0] ?? 1) }, (_, i) => data[i] ?? NaN);
  return {
    features, asked: answers, outputs, unread, x: first(probe.x), y: first(probe.y),
    ...(series && { column: series.column, columns: series.columns, order: series.order }),
  };
}

async function run({ setup, csv, connections }: Start): Promise<never> {
  // What reads CSV is fetched where there is a file.
  const series = csv && (await import('./series.js')).readSeries(csv.text, csv.column);
  const trainer = await Trainer.start(setup, series?.values, threads);
  say({ kind: 'started', example: exampleOf(trainer, series), threads });
  for (let seen = await trainer.look(); ; seen = await trainer.train()) {
    say({ kind: 'epoch', seen, ...(connections && { connections: await trainer.connections() }) });
    await heard();
    asked--;
  }
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'more') {
    asked += data.epochs;
    wake?.();
  } else {
    run(data).catch((error: unknown) => say({ kind: 'failed', message: error instanceof Error ? error.message : String(error) }));
  }
};
