/** Models in and out. What each format needs is fetched when it is called. */
export type { ByteSource } from '../byteSource.js';
export { exportOnnx } from './onnx/onnx.js';
export type { ExportOnnxOptions, OnnxExport, OnnxPort, OnnxRounding } from './onnx/types.js';
export { importKeras } from './keras/keras.js';
export type { ImportedModel } from './keras/restored.js';
export { exportTensorFlowJs, importTensorFlowJs } from './tensorflowjs/tensorflowjs.js';
export type { ExportTensorFlowJsOptions } from './tensorflowjs/tensorflowjs.js';
export type { TensorFlowJsFiles } from './tensorflowjs/export.js';
export { readTorch } from './torch/torch.js';
export type { TorchDType, TorchFile, TorchTensor, TorchValue } from './torch/types.js';
