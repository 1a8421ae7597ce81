/** One measurement on one backend, checked against the oracle and ready to be timed. */
import type { Backend, ModelData } from 'bptt';
import { caseOf, ids } from './catalogue.js';
import { gates, load, product } from './kernels.js';
import type { Operation } from './kernels.js';
import { buildImageData, buildImageModel } from './images.js';
import { checkImageTraining, checkOperation, checkPrediction, checkSequenceTraining, checkTraining } from './oracle.js';
import { buildSequenceData, buildSequenceModel } from './sequences.js';
import { buildData, buildModel, randomArray } from './workloads.js';

export interface Prepared {
  readonly call: () => unknown;
  /** How often the call does what is measured. */
  readonly repeats: number;
  dispose(): void;
}

interface Trainable {
  trainOnBatch(x: ModelData, y: ModelData): unknown;
  dispose(): void;
}

/** @throws Error if a result is not what the oracle says, or the id is unknown. */
export async function prepare(id: string, backend: Backend): Promise<Prepared> {
  const found = caseOf(id);
  switch (found?.kind) {
    case undefined: throw new Error(`unknown measurement ${id}: choose from ${ids.join(', ')}`);
    case 'product': {
      const { size } = found;
      return prepareOperation(backend, (times) => product(size, times), Math.max(1, Math.round(2 ** 25 / size.reduce((a, b) => a * b))));
    }
    case 'gates': {
      const { size } = found;
      return prepareOperation(backend, (times) => gates(size, times), Math.max(1, Math.round(2 ** 16 / (size.batch * size.units))));
    }
    case 'stream': {
      await checkPrediction(found.network, backend);
      const model = buildModel(found.network, backend);
      const { data } = buildData(found.network).x;
      const stream = await model.stream();
      const repeats = 100; // a step takes about as long as the clock
      const call = (): void => {
        for (let i = 0; i < repeats; i++) stream.step(data);
      };
      return { call, repeats, dispose: () => model.dispose() };
    }
    case 'prediction': {
      await checkPrediction(found.network, backend);
      const model = buildModel(found.network, backend);
      const { x } = buildData(found.network);
      return { call: () => model.predict(x, { batchSize: found.network.batch }), repeats: 1, dispose: () => model.dispose() };
    }
    case 'images':
      await checkImageTraining(found.network, backend);
      return prepareTraining(buildImageModel(found.network, backend), buildImageData(found.network));
    case 'sequences':
      await checkSequenceTraining(found.network, backend);
      return prepareTraining(buildSequenceModel(found.network, backend), buildSequenceData(found.network));
    case 'training':
      await checkTraining(found.network, backend);
      return prepareTraining(buildModel(found.network, backend), buildData(found.network));
  }
}

function prepareTraining(model: Trainable, { x, y }: { readonly x: ModelData; readonly y: ModelData }): Prepared {
  return { call: () => model.trainOnBatch(x, y), repeats: 1, dispose: () => model.dispose() };
}

async function prepareOperation(backend: Backend, make: (repeats: number) => Operation, repeats: number): Promise<Prepared> {
  const operands = make(1).shapes.map((shape, i) => randomArray(shape.reduce((a, b) => a * b, 1), i + 1));
  await backend.prepare?.(['lstm']);
  await checkOperation(make(1), operands, backend);
  const device = backend.open();
  return { call: load(device, make(repeats), operands), repeats, dispose: () => device.dispose() };
}
