/** The three cells, inside: what is computed from what, by equation. */
import { arrow, box, node, picture, text } from './draw.mjs';

export function rnnCell() {
  return picture({
    width: 560, height: 230, title: 'The simple recurrent cell',
    description: 'x times W and the old state times U are added with the bias to z (V1); φ makes it the new state h (V2), which goes to the output and to the next step. Backward the same edges are passed the other way: dz (V3), the old state\'s gradient (V4), the weights\' (V5, V6).',
  },
  text(28, 106, 'h_{t−1}', 'it'), arrow([[52, 100], [112, 100]], 'forward'), box(114, 80, 56, 40, '· U'),
  text(142, 216, 'x_t', 'it'), arrow([[142, 202], [142, 182]], 'forward'), box(114, 142, 56, 38, '· W'),
  arrow([[170, 100], [215, 100]], 'forward'), arrow([[170, 161], [228, 161], [228, 115]], 'forward'), node(228, 100, '+'), text(228, 62, 'b', 'it'), arrow([[228, 68], [228, 85]], 'forward'),
  text(262, 92, 'V1', 'id'), arrow([[241, 100], [300, 100]], 'forward'), text(274, 118, 'z_t', 'it small'), box(302, 80, 56, 40, 'φ'), text(385, 92, 'V2', 'id'),
  arrow([[358, 100], [500, 100]], 'forward'), text(522, 106, 'h_t', 'it'), arrow([[430, 100], [430, 40]], 'forward'), text(430, 30, 'output y_t', 'small'),
  text(400, 150, 'V3: dz = dh ⊙ φ′', 'backward small'), text(142, 66, 'V4: dh_{t−1} = dz Uᵀ', 'backward small'), text(400, 172, 'V5, V6: dW = xᵀ dz, dU = h_{t−1}ᵀ dz', 'backward small'));
}

export function lstmCell() {
  const [top, gates] = [70, 190];
  const column = { f: 150, i: 250, g: 350, o: 480 };
  return picture({
    width: 700, height: 330, title: 'The LSTM cell',
    description: 'The memory c runs along the top: multiplied by the forget gate f, then i times the candidate g is added (L5). The output gate o multiplies tanh of the new memory to the new state h (L7). All four come from one product of x and the old state (L1): i by L2, f by L3, g by L4, o by L6. '
      + 'Backward along the top, the memory\'s gradient is multiplied by f alone (L13).',
  },
  text(30, top + 5, 'c_{t−1}', 'it'), arrow([[58, top], [column.f - 15, top]], 'forward'), node(column.f, top, '×'), arrow([[column.f + 13, top], [column.i + 35, top]], 'forward'), node(column.i + 50, top, '+'),
  text(column.i + 84, top - 12, 'L5', 'id'), arrow([[column.i + 63, top], [640, top]], 'forward'), text(664, top + 5, 'c_t', 'it'),
  text(column.f, top - 26, 'L13: dc_{t−1} = dc_t ⊙ f', 'backward small'),
  // Gates.
  Object.entries({ f: ['f', 'σ', 'L3'], i: ['i', 'σ', 'L2'], g: ['g', 'tanh', 'L4'], o: ['o', 'σ', 'L6'] }).map(([key, [name, squash, id]]) => [
    box(column[key] - 26, gates, 52, 34, squash), text(column[key] + 32, gates + 14, id, 'id', 'start'), text(column[key] - 10, gates - 10, name, 'it', 'end'), arrow([[column[key], 262], [column[key], gates + 36]], 'forward'),
  ]),
  arrow([[column.f, gates], [column.f, top + 15]], 'forward'),
  arrow([[column.i, gates], [column.i, 140], [column.i + 36, 132]], 'forward'), arrow([[column.g, gates], [column.g, 140], [column.g - 36, 132]], 'forward'), node(column.i + 50, 130, '×'), arrow([[column.i + 50, 117], [column.i + 50, top + 15]], 'forward'),
  // Output.
  arrow([[560, top], [560, 96]], 'forward'), box(532, 98, 56, 30, 'tanh'), arrow([[560, 128], [560, 150]], 'forward'), node(560, 164, '×'), text(590, 152, 'L7', 'id'),
  arrow([[column.o, gates], [column.o, 164], [545, 164]], 'forward'), arrow([[573, 164], [640, 164]], 'forward'), text(664, 170, 'h_t', 'it'),
  // One product.
  box(110, 264, 410, 34, 'x W + h_{t−1} U + b, four blocks: i, f, g, o', 'cool'), text(534, 286, 'L1', 'id', 'start'), text(30, 286, 'h_{t−1}, x_t', 'it', 'start'), arrow([[90, 281], [108, 281]], 'forward'));
}

export function gruCell() {
  return picture({
    width: 700, height: 310, title: 'The GRU cell',
    description: 'Reset gate r (G3) and update gate z (G4) come from x and the old state. r multiplies what the old state gives to the candidate n (G5). The new state is (1 − z) times n plus z times the old state (G6): along the top the old state\'s gradient is multiplied by z alone.',
  },
  text(32, 65, 'h_{t−1}', 'it'), arrow([[60, 60], [385, 60]], 'forward'), node(400, 60, '×'), arrow([[413, 60], [525, 60]], 'forward'), node(540, 60, '+'), text(566, 46, 'G6', 'id'), arrow([[553, 60], [640, 60]], 'forward'), text(662, 66, 'h_t', 'it'),
  text(400, 28, 'gradient: dh_t ⊙ z', 'backward small'),
  box(374, 190, 52, 34, 'σ'), text(432, 204, 'G4', 'id', 'start'), text(390, 180, 'z', 'it', 'end'), arrow([[400, 190], [400, 75]], 'forward'),
  arrow([[400, 130], [442, 130]], 'forward'), box(444, 115, 56, 30, '1 − z'), arrow([[500, 130], [525, 130]], 'forward'), node(540, 130, '×'), arrow([[540, 117], [540, 75]], 'forward'),
  box(514, 215, 52, 34, 'tanh'), text(572, 229, 'G5', 'id', 'start'), text(530, 206, 'n', 'it', 'end'), arrow([[540, 215], [540, 145]], 'forward'),
  box(174, 190, 52, 34, 'σ'), text(232, 204, 'G3', 'id', 'start'), text(190, 180, 'r', 'it', 'end'), arrow([[200, 190], [200, 155]], 'forward'), node(200, 140, '×'),
  arrow([[120, 60], [120, 140], [185, 140]], 'forward'), text(150, 128, 'q_n', 'it small'), arrow([[213, 140], [300, 140], [300, 268], [540, 268], [540, 251]], 'forward'), text(262, 132, 'r ⊙ q_n', 'it small'),
  text(20, 250, 'x_t, h_{t−1}', 'it', 'start'), arrow([[104, 246], [200, 246], [200, 226]], 'forward'), arrow([[200, 246], [360, 246], [400, 246], [400, 226]], 'forward'), text(430, 290, 'and a_n, from x_t', 'it small'));
}
