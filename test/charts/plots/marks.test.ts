import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { linePathOf, looksOf, pointsPathOf } from '../../../src/charts/plots/marks.js';
import { plotCss } from '../../../src/charts/plots/palette.js';

const none = (count: number): boolean[] => Array<boolean>(count).fill(false);

test('each series looks different, and where hues begin again the look is another', () => {
  assert.equal(looksOf(none(6)), [0, 1, 2, 3, 4, 5]);
  const looks = looksOf(none(36));
  assert.is(new Set(looks.map((look, i) => `${String(i % 6)} ${String(look)}`)).size, 36);
});

test('the first that asks for dashes has the plain ones for itself, no other that asks is solid', () => {
  assert.equal(looksOf([false, true, false, false]), [0, 1, 2, 3]);
  assert.equal(looksOf([true, false, true, true]), [1, 0, 2, 3]);
  assert.equal(looksOf([true, true]), [1, 2]);
});

test('every look but the solid one has its dashes in the style sheet, all different', () => {
  const patterns = [1, 2, 3, 4, 5].map((look) => {
    assert.match(linePathOf('M0,0h9', look), `class="line dash${String(look)}"`);
    return new RegExp(`\\.dash${String(look)}\\{stroke-dasharray:([\\d. ]+)`).exec(plotCss)?.[1];
  });
  assert.is(new Set(patterns).size, 5);
  assert.not.ok(patterns.includes(undefined));
  assert.match(linePathOf('M0,0h9', 0, {}, true), 'class="fine line"');
});

test('points of each look have a shape of their own, begin at their place, and are drawn once', () => {
  const points = [{ x: 1, y: 2 }, { x: 1.04, y: 2 }, { x: 30, y: 4.26 }];
  const shapes = [0, 1, 2, 3, 4, 5].map((look) => {
    const [, d = ''] = /d="([^"]+)"/.exec(pointsPathOf(points, look)) ?? [];
    // The read-out finds points as pairs with a comma: nothing else may look like one.
    assert.equal([...d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map((m) => m[0]), ['1,2', '30,4.3']);
    return d.slice(0, d.indexOf('M', 1)).replace('M1,2', '');
  });
  assert.is(new Set(shapes).size, 6);
  assert.is(shapes[0], 'z');
});

test.run();
