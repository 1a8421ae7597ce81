/** Training steps of convolutional networks on one batch of square images: W10 and W11. */
import { Adam, Conv2D, Dense, GlobalAveragePool2D, Input, Model, ResidualBlock, resnet34 } from 'bptt';
import type { Backend } from 'bptt';
import { randomArray } from './workloads.js';

export interface ImageWorkload {
  /** `small`: a convolution 3×3 and four residual blocks of 16 channels; `resnet34`: the trunk of ResNet-34. Then global average, dense 1. */
  readonly net: 'small' | 'resnet34';
  readonly batch: number;
  /** Height and width; three channels. */
  readonly size: number;
  readonly about: string;
}

export const imageWorkloads: Readonly<Record<string, ImageWorkload>> = {
  W10: { net: 'small', batch: 8, size: 64, about: 'convolution, four residual blocks of 16, 64 × 64' },
  W11: { net: 'resnet34', batch: 2, size: 350, about: 'ResNet-34, 350 × 350' },
};

/**
 * The same net on smaller images, for the comparison with the float64 oracle: in whole it would take that minutes. At these
 * sizes no activation lies so near the kink of relu that float32 falls on its other side.
 */
export function reduced(workload: ImageWorkload): ImageWorkload {
  return { ...workload, batch: 2, size: workload.net === 'small' ? 24 : 48 };
}

export function buildImageModel({ net, size }: ImageWorkload, backend: Backend): Model {
  const input = Input({ shape: [size, size, 3] });
  const trunk = net === 'resnet34'
    ? resnet34().apply(input)
    : [1, 2, 3, 4].reduce((x) => new ResidualBlock({ filters: 16 }).apply(x), new Conv2D({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu' }).apply(input));
  const outputs = new Dense({ units: 1 }).apply(new GlobalAveragePool2D().apply(trunk));
  const model = new Model({ inputs: input, outputs, seed: 1 });
  model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: 'mse', backend });
  return model;
}

export function buildImageData({ batch, size }: ImageWorkload): { x: { data: Float32Array; shape: number[] }; y: { data: Float32Array; shape: number[] } } {
  return {
    x: { data: randomArray(batch * size * size * 3, 1), shape: [batch, size, size, 3] },
    y: { data: randomArray(batch, 2), shape: [batch, 1] },
  };
}
