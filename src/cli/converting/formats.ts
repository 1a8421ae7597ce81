/** The formats of a conversion, as the command line calls them. */
import { extname } from 'node:path';
import type { ModelDescription, ModelFormat } from '../../convert/index.js';
import { UsageError } from '../options.js';

/** What is written, in the order of the help. */
export const TARGETS = ['bptt', 'onnx', 'torch', 'tensorflowjs'] as const;
export type Target = (typeof TARGETS)[number];

const byExtension: Readonly<Record<string, Target>> = { '.onnx': 'onnx', '.safetensors': 'bptt', '.py': 'torch', '.json': 'tensorflowjs' };
const extensions: Readonly<Record<Target, readonly string[]>> = { bptt: ['.safetensors'], onnx: ['.onnx'], torch: ['.safetensors', '.py'], tensorflowjs: ['.json'] };

/** Others write these; nothing here does. */
const foreign: Readonly<Record<string, string>> = {
  '.pt': 'PyTorch loads the .safetensors file and the module of --to torch', '.pth': 'PyTorch loads the .safetensors file and the module of --to torch',
  '.keras': 'Keras files are read, not written; model.json is for TensorFlow.js', '.h5': 'Keras files are read, not written; model.json is for TensorFlow.js',
};

/** @param wanted by `--to`. @throws UsageError for a name that says nothing, or something else. */
export function targetOf(path: string, wanted: Target | 'auto'): Target {
  const extension = extname(path).toLowerCase();
  const named = byExtension[extension];
  if (named === undefined) throw new UsageError(`${path}: bptt writes no ${extension === '' ? 'files without an extension' : `${extension} files`}. ${foreign[extension] ?? 'Name it .onnx, .safetensors, .py or .json'}.`);
  if (wanted === 'auto') return named;
  if (!extensions[wanted].includes(extension)) throw new UsageError(`${path}: --to ${wanted} writes ${extensions[wanted].join(' or ')}, got ${extension}.`);
  return wanted;
}

const names: Readonly<Record<ModelFormat, string>> = { bptt: 'bptt', torch: 'PyTorch', safetensors: 'safetensors', keras: 'Keras', tensorflowjs: 'TensorFlow.js', onnx: 'ONNX' };

/** `Keras, version of Keras 3.5.0, …`; of a checkpoint what stands at its top. */
export function formatText({ format, about }: ModelDescription): string {
  const shown = Object.entries(about).filter(([name]) => !/^[\w-]+\./.test(name)).slice(0, 8).map(([name, value]) => `${name} ${String(value).slice(0, 60)}`);
  return [names[format], ...shown].join(', ');
}

export function isStateDict({ format }: ModelDescription): boolean {
  return format === 'torch' || format === 'safetensors';
}

/** What a file holds whose layers it does not say; undefined for a model. */
export function withoutLayers(description: ModelDescription): string | undefined {
  if (isStateDict(description)) return 'weights without layers (a state dict)';
  return description.format === 'keras' && description.layers.length === 0 ? 'weights alone, or those of a class of its own, whose code is not in the file' : undefined;
}
