/** Makers of the layers over images and of those that rearrange: apart, so that programs which load other models need not hold them. */
import { Conv1D, Conv2D } from '../../layers/conv2d.js';
import { Permute } from '../../layers/permute.js';
import {
  AveragePool1D, AveragePool2D, GlobalAveragePool1D, GlobalAveragePool2D, GlobalMaxPool1D, GlobalMaxPool2D, MaxPool1D, MaxPool2D,
} from '../../layers/pooling.js';
import { RepeatVector, UpSampling1D, UpSampling2D } from '../../layers/repeat.js';
import { ZeroPad1D, ZeroPad2D } from '../../layers/zeroPad.js';
import type { LayerFactory } from './factory.js';
import { numberOf } from './json.js';

export const imageLayers: Readonly<Record<string, LayerFactory>> = {
  AveragePool1D: (o) => new AveragePool1D(o),
  AveragePool2D: (o) => new AveragePool2D(o),
  Conv1D: (o) => new Conv1D({ ...o, filters: numberOf('filters', o.filters), kernelSize: o.kernelSize as number }),
  Conv2D: (o) => new Conv2D({ ...o, filters: numberOf('filters', o.filters), kernelSize: o.kernelSize as number }),
  GlobalAveragePool1D: (o) => new GlobalAveragePool1D(o),
  GlobalAveragePool2D: (o) => new GlobalAveragePool2D(o),
  GlobalMaxPool1D: (o) => new GlobalMaxPool1D(o),
  GlobalMaxPool2D: (o) => new GlobalMaxPool2D(o),
  MaxPool1D: (o) => new MaxPool1D(o),
  MaxPool2D: (o) => new MaxPool2D(o),
  Permute: (o) => new Permute({ ...o, dims: o.dims as number[] }),
  RepeatVector: (o) => new RepeatVector({ ...o, n: numberOf('n', o.n) }),
  UpSampling1D: (o) => new UpSampling1D(o),
  UpSampling2D: (o) => new UpSampling2D(o),
  ZeroPad1D: (o) => new ZeroPad1D(o),
  ZeroPad2D: (o) => new ZeroPad2D(o),
};
