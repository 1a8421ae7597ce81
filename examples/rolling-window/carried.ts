/**
 * The carried model on disk. One model goes through all splits of the published protocol, so for the journal they are one
 * trial, and a kill would lose them all. Here its forecasts go to a file split by split, and the model every so often; the
 * next run serves from the file what is known, then goes on with the saved model, to the same bits.
 */
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { loadModel, tensor } from 'bptt';
import type { Backend, JsonValue, Model } from 'bptt';
import type { WindowModel } from 'bptt/forecast';

/** What one split came to: the fit's report and the forecasts that followed, in the order they were asked for. */
type SplitRecord = { readonly report: JsonValue; readonly forecasts: { readonly data: number[]; readonly shape: number[] }[] };

export interface CarriedOptions {
  /** Two files: `PATH.jsonl` and `PATH.safetensors`. */
  readonly path: string;
  readonly backend: Backend;
  /** Splits from one saved model to the next; 20 by default. */
  readonly every?: number;
  /** Called for each split that is served from the file. */
  readonly onServed?: () => void;
}

/** @param fitter what trains and forecasts with a model. */
export function carried(fresh: Model, fitter: (model: Model) => WindowModel, { path, backend, every = 20, onServed }: CarriedOptions): WindowModel {
  const [lines, weights] = [`${path}.jsonl`, `${path}.safetensors`];
  let known: SplitRecord[] | undefined;
  let model = fresh;
  let forecaster = fitter(model);
  /** Splits begun, and forecasts asked for since. */
  let split = -1;
  let asked = 0;
  let running: SplitRecord | undefined;

  const start = async (): Promise<SplitRecord[]> => {
    const saved = await loadModel(weights, { backend }).catch(() => undefined);
    const done = Number(saved?.metadata.splits ?? 0);
    const found = (await readFile(lines, 'utf8').catch(() => '')).split('\n').slice(0, done);
    if (!saved || found.length < done) {
      await writeFile(lines, '');
      return [];
    }
    model = saved;
    forecaster = fitter(model);
    await truncate(lines, found.reduce((bytes, line) => bytes + Buffer.byteLength(line) + 1, 0));
    return found.map((line) => JSON.parse(line) as SplitRecord);
  };

  /** Called when all has been asked of a split: at the next fit. */
  const finish = async (): Promise<void> => {
    if (!running) return;
    await appendFile(lines, `${JSON.stringify(running)}\n`);
    if ((split + 1) % every !== 0) return;
    model.metadata.splits = split + 1;
    await model.save(weights);
  };

  return {
    async fit(x, y, context) {
      known ??= await start();
      await finish();
      split++;
      asked = 0;
      const before = known[split];
      if (before) {
        onServed?.();
        return before.report;
      }
      running = { report: (await forecaster.fit(x, y, context)) ?? null, forecasts: [] };
      return running.report;
    },
    async predict(x) {
      const before = known?.[split]?.forecasts[asked++];
      if (before) return before;
      const forecast = await forecaster.predict(x);
      const { data, shape } = tensor(forecast, { dtype: 'float64' });
      running?.forecasts.push({ data: [...data], shape: [...shape] });
      return forecast;
    },
  };
}
