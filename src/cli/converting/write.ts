/** A model as the files of a format. */
import { basename, dirname, extname, join } from 'node:path';
import { exportOnnx, exportTensorFlowJs, exportTorch } from '../../convert/index.js';
import type { WeightRounding } from '../../convert/index.js';
import type { Forecaster } from '../../forecast/forecaster/forecaster.js';
import type { Model } from '../../models/model.js';
import { UsageError } from '../options.js';
import type { Target } from './formats.js';

export interface WriteOptions {
  readonly half: boolean;
  readonly opset: 17 | 22;
  readonly lengths: boolean;
  /** That the model is the network of, if it is: an .onnx file holds its scalers too. */
  readonly forecaster: Forecaster | undefined;
}

export interface Written {
  readonly files: readonly { readonly path: string; readonly content: Uint8Array | string }[];
  /** What there is to say of them, by its name. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly notes: readonly string[];
}

/** Nothing is written yet. @throws ConversionError, UsageError */
export async function filesOf(model: Model, path: string, target: Target, { half, opset, lengths, forecaster }: WriteOptions): Promise<Written> {
  const weights = half ? 'float16' : 'float32';
  switch (target) {
    case 'bptt': return { files: [{ path, content: model.toBytes() }], facts: [], notes: [] };
    case 'onnx': {
      const { bytes, inputs, outputs, states, rounding } = await (forecaster ? exportOnnx(forecaster, { opset, weights }) : exportOnnx(model, { opset, lengths, weights }));
      const ports = (list: typeof inputs): string => list.map(({ name, type, shape }) => `${name} ${type} [${shape.join(', ')}]`).join('; ');
      return {
        files: [{ path, content: bytes }], notes: [],
        facts: [['opset', `${opset}, IR ${opset === 22 ? 10 : 8}`], ['inputs', ports(inputs)], ['outputs', ports(outputs)], ...(states.length > 0 ? [['states', states.map(({ input, output }) => `${input.name} → ${output.name}`).join('; ')] as const] : []), ...roundingFacts(rounding)],
      };
    }
    case 'torch': {
      const [stem, file] = [path.slice(0, -extname(path).length), `${basename(path, extname(path))}.safetensors`];
      if (!/^[\w.-]+$/.test(file)) throw new UsageError(`${path}: --to torch needs a name of letters, digits, _, . or -, which the Python text repeats.`);
      const { weights: content, python, notes, rounding } = await exportTorch(model, { weights, fileName: file });
      return { files: [{ path: `${stem}.safetensors`, content }, { path: `${stem}.py`, content: python }], facts: half ? roundingFacts(rounding) : [], notes: [...notes, ...leftBehind(model)] };
    }
    case 'tensorflowjs': {
      const { modelJson, weights: content, largestError } = await exportTensorFlowJs(model, { precision: weights });
      return {
        files: [{ path, content: `${JSON.stringify(modelJson)}\n` }, { path: join(dirname(path), 'weights.bin'), content }], notes: leftBehind(model),
        facts: half ? [['rounded', `weights by at most ${largestError.toPrecision(2)}`]] : [],
      };
    }
  }
}

/** Other formats have no place for them. */
function leftBehind({ metadata }: Model): readonly string[] {
  return metadata.forecaster === undefined ? [] : ['the network alone: scalers, windows and intervals of the forecaster stay behind'];
}

function roundingFacts(rounding: WeightRounding | undefined): [string, string][] {
  return rounding && rounding.largest > 0 ? [['rounded', `weights by at most ${rounding.largest.toPrecision(2)}, in ${rounding.weight}`]] : [];
}
