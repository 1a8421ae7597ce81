/**
 * The kernels over images: a module of their own and what is composed of it. Fetched only for models that have such layers, or
 * with threads.
 */
import { composeConvolution } from './convolution.js';
import { imagesHex } from './moduleImages.js';

export const images = { text: imagesHex, compose: composeConvolution } as const;

export type ImageKernels = typeof images;
