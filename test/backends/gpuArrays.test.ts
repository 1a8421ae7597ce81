/** Moving, viewing, adding and multiplying on the gpu backend, against the float64 cpu backend. */
import { test } from 'uvu';
import { compareKernels, testModes, withVulkan } from './gpuModes.js';

if (withVulkan()) {
  testModes('views, joins and cuts', async (backend) => {
    await compareKernels(backend, { x: [4, 3, 5], m: [6, 7], n: [6, 2], o: [6, 9] }, (k, { x, m, n, o }) => {
      const slots = k.series(17, [3, 5]);
      const written = slots.map((slot, t) => k.scale(k.add(k.row(x, t % 4), k.row(x, 0), slot), t + 1.5));
      const [left, middle, right] = k.split(o, [2, 3, 4]);
      if (!left || !middle || !right) throw new Error('split');
      return {
        zeros: k.add(k.zeros([6, 7]), m), onlyZeros: k.concat([k.zeros([6, 1]), m]), copy: k.copy(x), reshape: k.reshape(x, [10, 6]),
        row: k.row(x, 2), rows: k.rows(x, 1, 2), rowOfRows: k.row(k.rows(x, 1, 3), 2),
        stack: k.stack(written), stackRows: k.stack([1, 2, 3].map((t) => k.row(x, t))),
        stackBack: k.stack([3, 2, 1, 0].map((t) => k.row(x, t))), stackOne: k.stack([k.row(x, 3)]), stackMixed: k.stack([2, 0, 3].map((t) => k.row(x, t))),
        swapLeading: k.swapLeading(x), swapMatrix: k.swapLeading(m), swapView: k.swapLeading(k.rows(x, 1, 3)), swapInner: k.swapLeading(x, 1), swapInnerView: k.swapLeading(k.rows(x, 1, 3), 1),
        concat: k.concat([m, n, o]), concatOne: k.concat([m]), left, middle, right,
      };
    });
  });

  testModes('pointwise kernels and sums', async (backend) => {
    await compareKernels(backend, {
      a: [5, 7], b: [5, 7], row: [7], mask: [5], tile: [7], sequence: [6, 5, 7], tall: [150, 3], three: [3], wide: [2, 101],
    }, (k, { a, b, row, mask, tile, sequence, tall, three, wide }) => ({
      add: k.add(a, b), sub: k.sub(a, b), mul: k.mul(a, b), scale: k.scale(a, -0.37), addTo: k.addTo(k.copy(a), b), addToZeros: k.addTo(k.zeros([5, 7]), b),
      addZeros: k.add(b, k.zeros([5, 7])), addRow: k.addRow(k.copy(sequence), row), mulTiled: k.mulTiled(sequence, a), mulTiledRow: k.mulTiled(a, tile),
      mulRows: k.mulRows(a, mask), keepRows: k.mulRows(a, mask, true), mulRowsDeep: k.mulRows(sequence, k.reshape(k.rows(k.reshape(wide, [202]), 9, 6), [6])),
      divRows: k.divRows(a, mask), divRowsByZero: k.divRows(sequence, k.scale(k.reshape(k.rows(k.reshape(wide, [202]), 9, 6), [6]), 0)),
      blendRows: k.blendRows(mask, a, b), sumRowsTo: k.sumRowsTo(k.copy(three), tall), sumRowsToZeros: k.sumRowsTo(k.zeros([3]), tall),
      sumRowsDeep: k.sumRowsTo(k.copy(row), sequence),
      sumSquares: k.sumSquares([a, b, row, mask, tile, sequence, tall, three, wide]), sumSquaresSmall: k.sumSquares([three, mask]), sumSquaresOne: k.sumSquares([tall]),
    }));
  });

  testModes('matrix products of views, strided and not, fresh and added', async (backend) => {
    await compareKernels(backend, { a: [5, 7], b: [7, 6], c: [6, 7], d: [5, 4], t: [5, 6], s: [3, 5, 7], wide: [7, 11] }, (k, { a, b, c, d, t, s, wide }) => ({
      nn: k.matmul('nn', a, b), nt: k.matmul('nt', a, c), tn: k.matmul('tn', a, d), one: k.matmul('nn', k.rows(a, 2, 1), k.columns(b, 3, 1)),
      nnTo: k.matmulTo('nn', k.copy(t), a, b), ntTo: k.matmulTo('nt', k.copy(t), a, c), tnTo: k.matmulTo('tn', k.zeros([7, 4]), a, d),
      viewed: k.matmul('nn', k.row(s, 2), b), viewedTo: k.matmulTo('nn', k.copy(t), k.row(s, 1), b),
      columnsOfA: k.matmul('nn', k.columns(a, 2, 4), k.rows(b, 1, 4)), columnsOfB: k.matmul('nn', a, k.columns(wide, 4, 5)),
      columnsNt: k.matmul('nt', k.columns(a, 1, 3), k.columns(c, 4, 3)), columnsTn: k.matmul('tn', k.columns(a, 3, 2), k.columns(d, 1, 3)),
      columnsOfRows: k.matmul('nn', a, k.columns(k.rows(k.reshape(wide, [7, 11]), 0, 7), 6, 2)),
      packed: k.matmul('nn', a, k.pack('nn', b)), packedTo: k.matmulTo('nt', k.copy(t), a, k.pack('nt', c)),
    }));
  });

  testModes('an index is divided exactly, also where the result is large', async (backend) => {
    // 3 does not divide powers of two: rounding of i / 3 would show in the last rows.
    const rows = 200_003;
    await compareKernels(backend, { x: { shape: [rows, 3], data: Float64Array.from({ length: 3 * rows }, (_, i) => i % 1021) }, r: [3] },
      (k, { x, r }) => ({ addRow: k.rows(k.addRow(k.copy(x), r), rows - 500, 500) }));
  });

  test.run();
}
