/** Models in and out. What each format needs is fetched when it is called. */
export type { ByteSource } from '../byteSource.js';
export { importModel, inspectModel } from './any/any.js';
export type { ImportModelOptions, ModelImport } from './any/types.js';
export type { DescribedLayer, DescribedPort, DescribedTensor, ModelDescription, ModelFormat } from './description.js';
export { importKeras } from './keras/keras.js';
export type { ImportedModel } from './keras/restored.js';
export { exportOnnx, importOnnx } from './onnx/onnx.js';
export type { ExportForecasterOptions, ExportOnnxOptions, OnnxExport, OnnxImport, OnnxPort, OnnxSource } from './onnx/types.js';
export type { WeightRounding } from './rounding.js';
export { exportTensorFlowJs, importTensorFlowJs } from './tensorflowjs/tensorflowjs.js';
export type { TensorFlowJsFiles } from './tensorflowjs/export.js';
export type { ExportTensorFlowJsOptions } from './tensorflowjs/tensorflowjs.js';
export { exportTorch, importTorch, readTorch } from './torch/torch.js';
export type { ExportTorchOptions, TorchExport } from './torch/exportTypes.js';
export type { ImportTorchOptions, TorchImport } from './torch/importTypes.js';
export type { FlattenOrder } from './torch/mapping/flattening.js';
export type { TorchDType, TorchFile, TorchTensor, TorchValue } from './torch/types.js';
