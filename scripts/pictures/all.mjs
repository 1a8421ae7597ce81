/** Every picture by the name of its file. */
import { gruCell, lstmCell, rnnCell } from './cells.mjs';
import { convolutionWindow, gradCam, im2col, residual } from './convolution.mjs';
import { growth } from './growth.mjs';
import { adamMoments, gradientNorms } from './measured.mjs';
import { masks, truncation, unrolled } from './unrolled.mjs';

export const pictures = {
  unrolled, truncation, masks, 'rnn-cell': rnnCell, 'lstm-cell': lstmCell, 'gru-cell': gruCell, 'convolution-window': convolutionWindow, im2col, 'residual-block': residual, 'grad-cam': gradCam,
  'adam-moments': adamMoments, 'gradient-norms': gradientNorms, ...growth,
};
