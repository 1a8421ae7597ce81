import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { cellsOf, isBlank } from '../../../src/forecast/series/csvCells.js';

const cells = (text: string, delimiter = ','): readonly string[] => cellsOf({ line: 3, text }, delimiter).cells;

test('cells with and without quotes', () => {
  assert.equal(cells('a,,b '), ['a', '', 'b ']);
  assert.equal(cells('"a,b",c'), ['a,b', 'c']);
  assert.equal(cells('"say ""yes""",""'), ['say "yes"', '']);
  assert.equal(cells('""""'), ['"']);
  assert.equal(cells(' "a" ,\t"b\n"'), ['a', 'b\n']);
  assert.equal(cells('5" pipe,"x",'), ['5" pipe', 'x', '']);
  assert.equal(cells('a""b,"c"'), ['a""b', 'c']);
  assert.equal(cells('"a"\t\t"b;""c"', '\t'), ['a', '', 'b;"c']);
});

test('a blank line is a record without cells, or with one that holds nothing', () => {
  assert.equal(['', '  ', '""', ',', 'a'].map((text) => isBlank(cellsOf({ line: 1, text }, ','))), [true, true, true, false, false]);
});

test.run();
