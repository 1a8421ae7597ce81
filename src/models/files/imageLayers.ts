/** Makers of the layers over images: apart, so that programs which load other models need not hold them. */
import { Conv1D, Conv2D } from '../../layers/conv2d.js';
import {
  AveragePool1D, AveragePool2D, GlobalAveragePool1D, GlobalAveragePool2D, MaxPool1D, MaxPool2D,
} from '../../layers/pooling.js';
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
  MaxPool1D: (o) => new MaxPool1D(o),
  MaxPool2D: (o) => new MaxPool2D(o),
  ZeroPad1D: (o) => new ZeroPad1D(o),
  ZeroPad2D: (o) => new ZeroPad2D(o),
};
