/** The network unrolled in time, forward and backward; truncation; masks. */
import { arrow, box, picture, text } from './draw.mjs';

const STEP = 170;
const x = (t) => 70 + STEP * t;

function cells(count, y) {
  return Array.from({ length: count }, (_, t) => box(x(t), y, 90, 46, 'cell'));
}

export function unrolled() {
  const y = 130;
  const names = ['t−1', 't', 't+1'];
  return picture({
    width: 620, height: 330, title: 'A recurrent network, unrolled over three steps',
    description: 'Forward, solid: each cell takes x at its step from below and the state from the left, and gives h upwards and to the right (V1, V2, B1). '
      + 'Backward, dashed: the gradient dh at step t gathers two sides, the loss at t from above and what step t+1 sends back from the right (B3); each cell sends dh to its left (B4).',
  },
  text(310, 24, 'forward (solid): states go right', 'forward small'), text(310, 318, 'backward (dashed): gradients come from the loss above and from the right', 'backward small'),
  cells(3, y),
  names.map((name, t) => [
    arrow([[x(t) + 30, y + 110], [x(t) + 30, y + 48]], 'forward'), text(x(t) + 30, y + 128, `x_{${name}}`, 'it'),
    arrow([[x(t) + 30, y], [x(t) + 30, y - 58]], 'forward'), text(x(t) + 30, y - 66, `h_{${name}}`, 'it'),
    arrow([[x(t) + 62, y - 72], [x(t) + 62, y - 3]], 'backward'), text(x(t) + 66, y - 80, `∂L/∂y_{${name}}`, 'it backward small', 'start'),
    arrow([[x(t) + 62, y + 48], [x(t) + 62, y + 96]], 'backward'), text(x(t) + 68, y + 112, `dx_{${name}}`, 'it backward small', 'start'),
  ]),
  [0, 1, 2, 3].map((t) => [
    arrow([[x(t) - (t === 0 ? 55 : 80), y + 14], [x(t) - 2, y + 14]], 'forward'),
    arrow([[x(t) - 2, y + 34], [x(t) - (t === 0 ? 55 : 80), y + 34]], 'backward'),
  ]),
  text(x(1) - 40, y + 8, 'h_{t−1}', 'it forward small'), text(x(2) - 40, y + 8, 'h_t', 'it forward small'), text(x(1) - 40, y + 52, 'dh_{t−1}', 'it backward small'), text(x(2) - 40, y + 52, 'from t+1', 'backward small'),
  `<circle cx="${x(1) + 90}" cy="${y}" r="22" class="hot" fill-opacity="0.6"/>`, text(x(1) + 90, y + 5, 'dh_t', 'it'), text(x(1) + 116, y - 26, 'B3: the sum', 'id', 'start'), text(x(1) + 116, y - 13, 'of both sides', 'id', 'start'));
}

export function truncation() {
  const y = 90;
  return picture({
    width: 760, height: 220, title: 'Truncated backpropagation, k = 2',
    description: 'Four cells. Forward, the state crosses every border. Backward, nothing crosses the border between steps 2 and 3 (B5): the loss at step 4 reaches steps 4 and 3, the loss at step 2 reaches steps 2 and 1.',
  },
  cells(4, y),
  [0, 1, 2, 3].map((t) => [text(x(t) + 45, y + 70, `t = ${t + 1}`, 'small soft'), arrow([[x(t) + 45, y - 46], [x(t) + 45, y - 3]], 'backward'), text(x(t) + 45, y - 54, `∂L/∂y_${t + 1}`, 'it backward small')]),
  [1, 2, 3].map((t) => [arrow([[x(t) - 78, y + 14], [x(t) - 2, y + 14]], 'forward'), ...(t === 2 ? [] : arrow([[x(t) - 2, y + 34], [x(t) - 78, y + 34]], 'backward'))]),
  `<path class="cut" d="M${x(2) - 40} ${y - 60}V${y + 96}"/>`, text(x(2) - 40, y + 112, 'cut: the state passes, its gradient does not (B5)', 'small soft'));
}

export function masks() {
  const y = 110;
  const real = [true, true, false, false];
  return picture({
    width: 760, height: 250, title: 'Padding carries the state past the cell',
    description: 'A sample with two real steps, padded to four. At a real step, m = 1, the state goes through the cell; at a padded one, m = 0, it goes past the cell unchanged (B2). Its gradient takes the same ways back, so that the last state is that of the last real step.',
  },
  real.map((isReal, t) => [
    box(x(t), y, 90, 46, isReal ? 'cell' : 'not run', isReal ? 'cool' : 'box', isReal ? '' : 'soft small'), text(x(t) + 45, y + 72, `m_${t + 1} = ${isReal ? 1 : 0}`, 'it small'),
    isReal ? arrow([[x(t) - 80, y + 23], [x(t) - 2, y + 23]], 'forward')
      : arrow([[x(t) - (real[t - 1] ? 80 : 66), y + 23], [x(t) - 40, y + 23], [x(t) - 20, y - 34], [x(t) + 86, y - 34], [x(t) + 104, y + 23]], 'forward', { tip: t === 3 }),
  ]),
  text(x(2) + 40, y - 44, 'h_2 unchanged', 'it forward small'), text(x(3) + 40, y - 44, 'h_2 unchanged', 'it forward small'), text(380, y + 116, 'h_4 = h_3 = h_2: the state after the last real step (B2)', 'small'));
}
