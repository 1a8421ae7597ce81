/** What a convolution reads; patches laid out as a matrix, and minimal filtering; a residual block. */
import { arrow, box, node, picture, text } from './draw.mjs';

const CELL = 22;

function grid(x, y, columns, rows, kindOf = () => 'box') {
  return Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return `<rect x="${x + CELL * column}" y="${y + CELL * row}" width="${CELL}" height="${CELL}" class="${kindOf(row, column)}"/>`;
  });
}

/** One input [5, 5] with what the window of the first two outputs reads. */
function windowPanel(x, title, { pad = 0, step = 1, dilation = 1 }) {
  const size = 5 + 2 * pad;
  const reads = (row, column, from) => [0, 1, 2].some((i) => row === i * dilation) && [0, 1, 2].some((j) => column === from + j * dilation);
  return [
    text(x + CELL * size / 2, 26, title, 'small'),
    grid(x, 40, size, size, (row, column) => (reads(row, column, 0) ? 'hot' : reads(row, column, step) ? 'cool' : 'box')),
    grid(x, 40, size, size, () => 'none').filter((_, i) => {
      const [row, column] = [Math.floor(i / size), i % size];
      return reads(row, column, 0) && reads(row, column, step);
    }).map((cell) => cell.replace('class="none"', 'class="hot" stroke-dasharray="4 2"')),
    ...(pad > 0 ? [`<rect x="${x + CELL * pad}" y="${40 + CELL * pad}" width="${CELL * 5}" height="${CELL * 5}" style="stroke-width:3"/>`] : []),
  ];
}

export function convolutionWindow() {
  return picture({
    width: 760, height: 235, title: 'Stride, padding, dilation',
    description: 'What a 3 × 3 kernel reads of a 5 × 5 picture for its first output, light orange, and its second, light blue; what both read has a dashed rim. Plain: the second window lies one pixel to the right. Stride 2: two pixels. '
      + 'Padding 1: a rim of zeros around the picture, whose edge is drawn thick, so that the output is as large as the picture. Dilation 2: the nine values stand two pixels apart.',
  },
  windowPanel(20, 'stride 1', {}), windowPanel(180, 'stride 2', { step: 2 }), windowPanel(345, 'padding 1', { pad: 1 }), windowPanel(550, 'dilation 2 (with padding 1)', { dilation: 2, pad: 1 }));
}

export function im2col() {
  return picture({
    width: 760, height: 316, title: 'Patches as a matrix, and minimal filtering',
    description: 'Above: im2col copies each window of the picture into a row, so that the convolution becomes one matrix product of patches times kernels: 9 products for each 3 × 3 output value. '
      + 'Below: minimal filtering F(2 × 2, 3 × 3) turns a 4 × 4 tile of the picture and the kernel into 16 numbers each, multiplies them one by one, and turns the result back into 2 × 2 outputs: 4 products for each.',
  },
  text(20, 26, 'im2col: 9 products an output', 'big', 'start'),
  grid(20, 40, 4, 4, (row, column) => (row < 3 && column < 3 ? 'hot' : 'box')), arrow([[116, 84], [166, 84]]), text(141, 76, 'copy', 'small'),
  grid(172, 51, 9, 3, (row) => (row === 0 ? 'hot' : 'box')), text(271, 134, 'a window a row [R, 9 C]', 'small'), node(392, 84, '·'), grid(412, 40, 2, 4), text(434, 146, 'kernels [9 C, F]', 'small'), arrow([[462, 84], [506, 84]]),
  grid(512, 51, 2, 3, (row) => (row === 0 ? 'hot' : 'box')), text(534, 134, 'outputs [R, F]', 'small'),
  text(20, 186, 'minimal filtering: 4 products an output', 'big', 'start'),
  grid(20, 200, 4, 4, () => 'cool'), text(64, 306, 'tile 4 × 4', 'small'), arrow([[112, 244], [166, 244]]), text(139, 236, 'Bᵀ d B', 'it small'), grid(172, 200, 4, 4, () => 'cool'), node(284, 244, '⊙'),
  grid(310, 200, 4, 4), text(354, 306, 'G g Gᵀ, once a kernel', 'it small'), arrow([[402, 244], [466, 244]]), text(434, 236, 'Aᵀ m A', 'it small'), grid(472, 222, 2, 2, () => 'cool'), text(494, 284, 'outputs 2 × 2', 'small'));
}

export function residual() {
  return picture({
    width: 700, height: 210, title: 'A residual block',
    description: 'The input x goes two ways: through two convolutions with their normalisations, F(x), and past them unchanged, or through a 1 × 1 convolution where sizes differ. Both are added, then relu. Backward, the gradient of the sum reaches x directly, beside what comes back through F.',
  },
  text(28, 126, 'x', 'it'), arrow([[42, 120], [98, 120]], 'forward'),
  ['convolution', 'norm, relu', 'convolution', 'norm'].map((label, i) => [box(100 + 112 * i, 100, 94, 40, label, i % 2 === 0 ? 'cool' : 'box', 'small'), ...(i < 3 ? [arrow([[194 + 112 * i, 120], [210 + 112 * i, 120]], 'forward')] : [])]),
  arrow([[530, 120], [555, 120]], 'forward'), node(570, 120, '+'), arrow([[583, 120], [604, 120]], 'forward'), box(606, 100, 50, 40, 'relu', 'box', 'small'), arrow([[656, 120], [684, 120]], 'forward'),
  arrow([[70, 120], [70, 50], [570, 50], [570, 105]], 'forward'), text(320, 40, 'x unchanged (1 × 1 convolution where sizes differ)', 'small'),
  arrow([[556, 160], [60, 160]], 'backward'), text(310, 180, 'dx = gradient of the sum + what comes back through F', 'backward small'));
}

export function gradCam() {
  return picture({
    width: 760, height: 240, title: 'Grad-CAM, from activations to a map',
    description: 'The last convolution gives feature maps A. The gradient of one score with respect to each map, averaged over its places, is that map\'s weight α. The maps are added with these weights, and relu keeps what raises the score: a map as large as the feature maps, enlarged over the input.',
  },
  box(20, 70, 80, 80, 'input', 'box', 'small'), arrow([[100, 110], [138, 110]], 'forward'), text(119, 100, 'conv', 'small'),
  [0, 1, 2].map((i) => box(140 + 12 * i, 60 + 12 * i, 74, 74, i === 2 ? 'maps A_k' : '', 'cool', 'small')), arrow([[238, 110], [300, 110]], 'forward'), box(302, 90, 70, 40, 'score y', 'box', 'small'),
  arrow([[336, 132], [336, 186], [204, 186], [204, 162]], 'backward'), text(270, 206, '∂y/∂A_k, mean over places: α_k', 'backward small'),
  arrow([[372, 110], [420, 110]], 'cut', { tip: false }), box(422, 84, 130, 52, 'relu(Σ_k α_k A_k)', 'hot', 'small'), arrow([[552, 110], [600, 110]], 'forward'), text(576, 78, 'enlarged', 'small'),
  box(602, 70, 80, 80, '', 'box'), `<circle cx="650" cy="102" r="22" class="hot"/><circle cx="650" cy="102" r="10" class="box" style="fill:var(--backward);stroke:none"/>`, text(642, 172, 'map over the input', 'small'));
}
