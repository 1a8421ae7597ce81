/** The parts of a model.json. */
import { FileFormatError } from '../../errors.js';
import type { JsonObject, JsonValue } from '../../json.js';
import { isObject, serialized } from '../keras/layerConfig.js';
import type { Serialized } from '../keras/layerConfig.js';

interface TensorFlowJsFile {
  readonly model: Serialized;
  readonly topology: JsonObject;
  /** Of the Keras that wrote it; '' where there is none. */
  readonly version: string;
  readonly weightsManifest: JsonValue | undefined;
  readonly trainingConfig: JsonValue | undefined;
}

/** @throws FileFormatError for graph models, and for what is no model. */
export function openTensorFlowJs(operation: string, json: JsonValue): TensorFlowJsFile {
  const { modelTopology: topology, weightsManifest, trainingConfig, format }: JsonObject = isObject(json) ? json : {};
  if (format === 'graph-model' || (isObject(topology) && topology.node !== undefined)) {
    throw new FileFormatError({
      operation, argument: 'modelJson', expected: 'a layers model', actual: 'a graph model, which knows no layers any more', hint: 'Convert the Keras model itself, or save it by model.save() of TensorFlow.js.',
    });
  }
  const model = serialized(isObject(topology) && isObject(topology.model_config) ? topology.model_config : topology);
  if (!isObject(topology) || !model) throw new FileFormatError({ operation, argument: 'modelTopology', expected: 'a model with its class_name', actual: 'something else' });
  return { model, topology, version: typeof topology.keras_version === 'string' ? topology.keras_version : '', weightsManifest, trainingConfig };
}
