/** JSON of files: depth and keys are checked in one scan, before anything is parsed. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ArgumentError, Dense, FileFormatError, Sequential, loadModel } from '../../../src/index.js';
import type { JsonValue } from '../../../src/index.js';
import { damaged, depthLimit, faultOf, parseJson } from '../../../src/models/files/json.js';
import { encodeTensorFile } from '../../../src/models/files/safetensors.js';
import { thrown } from '../../support/compare.js';
import { rejected } from '../support.js';

const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth);

test('what JSON.stringify writes is read as JSON.parse reads it', () => {
  fc.assert(fc.property(fc.json({ maxDepth: 6, noUnicodeString: false }), fc.constantFrom(undefined, 1, '\t'), (text, indent) => {
    const written = JSON.stringify(JSON.parse(text), undefined, indent);
    assert.equal(parseJson('test', 'text', written), JSON.parse(written));
  }), { seed: 5, numRuns: 300 });
});

test('depth counts objects and lists, and no bracket within a string', () => {
  for (const [open, close] of [['[', ']'], ['{"a":', '1}']] as const) {
    const text = (n: number): string => (open === '[' ? nested(n) : `${open.repeat(n)}1${'}'.repeat(n)}`);
    assert.is(faultOf(text(depthLimit)), undefined, `${open} ${close}`);
    assert.equal(faultOf(text(depthLimit + 1)), { expected: `nested at most ${depthLimit} deep`, actual: 'deeper' });
  }
  assert.is(faultOf(JSON.stringify({ a: nested(500), [`${nested(300)}\\"`]: ['\\', '"[', '\\"['.repeat(200)] })), undefined);
  assert.is(faultOf(JSON.stringify(Array.from({ length: 3 * depthLimit }, () => [{}]))), undefined, 'side by side is not deep');
});

test('a key twice in one object is refused, however it is written; in two objects it is not', () => {
  for (const text of ['{"a":1,"a":2}', '{"a":1,"b":{"c":[1,{"d":0}]},"a":2}', '{"a":1,"\\u0061":2}', '[{"x":1},{"k\\"":1,"k\\"":1}]', '{ "a" : [ ] , "a" : 0 }']) {
    assert.match(thrown(FileFormatError, () => parseJson('test', 'text', text)).message, /without a key twice, got '.*' twice/);
  }
  for (const text of ['{"a":{"a":{"a":1}}}', '[{"a":1},{"a":1}]', '{"a":"a","b":"a"}', '{"a":["b","b"],"b":1}', '{"a\\\\":1,"a":1}']) {
    assert.equal(parseJson('test', 'text', text), JSON.parse(text));
  }
});

test('what is no JSON is refused, with messages of bounded length', () => {
  for (const text of ['', '{', '"', '"\\', '{"a":}', '[1,]', ']', '}{', '{"a" "b"}', 'nul', '\u0000', '{"'.repeat(50), '"'.repeat(99_999), '\\'.repeat(1000)]) {
    const error = thrown(FileFormatError, () => parseJson('test', 'text', text));
    assert.ok(error.message.length < 2000);
  }
  assert.ok(damaged('layers', 'a list', { a: 'x'.repeat(1e6) }).message.length < 2000);
});

test('a number that no double holds is refused; the largest is not', () => {
  for (const text of ['[1e999]', '{"a":[-1e0400]}', `[${'9'.repeat(400)}]`, '[1.5E+309]']) {
    assert.match(thrown(FileFormatError, () => parseJson('test', 'text', text)).message, /beyond the range of doubles/);
  }
  for (const text of ['[1.7976931348623157e308,1e-999,-1E+300]', '["1e999"]', `["${'9'.repeat(400)}"]`]) assert.equal(parseJson('test', 'text', text), JSON.parse(text));
});

test('a file nested deeper than any model is refused before it is parsed, in either of its two texts', async () => {
  for (const depth of [depthLimit + 1, 5000, 1e6]) {
    const header = Buffer.from(`{"a":${nested(depth)}}`);
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(header.length));
    assert.match((await rejected(FileFormatError, loadModel(Buffer.concat([size, header])))).message, /header must be nested at most/);
    const inner = encodeTensorFile({ tensors: new Map(), metadata: { format: 'bptt', bptt: `{"architecture":${nested(depth, '{"a":[', ']}')}}` } });
    assert.match((await rejected(FileFormatError, loadModel(inner))).message, /metadata 'bptt' must be nested at most/);
  }
});

test('a header longer than any reader takes is refused by its length', async () => {
  const bytes = new Uint8Array(100_000_100);
  new DataView(bytes.buffer).setBigUint64(0, 100_000_001n, true);
  assert.match((await rejected(FileFormatError, loadModel(bytes))).message, /header length must be at most 100000000 bytes/);
});

test('a model is not saved with metadata that could not be read again', async () => {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [2] });
  const deep = (n: number): JsonValue => (n === 0 ? 1 : [deep(n - 1)]);
  model.metadata = { deep: deep(depthLimit - 2) };
  assert.equal((await loadModel(model.toBytes())).metadata, model.metadata);
  const around: Record<string, JsonValue> = {};
  around.self = around;
  for (const metadata of [{ deep: deep(depthLimit - 1) }, { deep: deep(3000) }, around]) {
    model.metadata = metadata;
    assert.match(thrown(ArgumentError, () => model.toBytes()).message, /metadata and states of callbacks must be JSON, nested at most 100 deep/);
  }
});

test('what JSON would lose without a word is not saved', async () => {
  const model = new Sequential([new Dense({ units: 1 })], { inputShape: [1] });
  const lost: Record<string, object> = {
    'a function': { f: () => 1 }, 'a symbol': { f: Symbol('s') }, 'a Map': { f: new Map([[1, 2]]) }, 'a Set': { f: new Set([1]) },
    'a Float32Array': { f: Float32Array.of(1) }, 'an undefined entry': { f: [undefined] },
  };
  for (const [name, metadata] of Object.entries(lost)) {
    model.metadata = { ...metadata };
    assert.match(thrown(ArgumentError, () => model.toBytes()).message, `got ${name} in 'f'`);
  }
  const kept = { absent: undefined, scaler: { toJSON: () => ({ kind: 'standard' }) } };
  model.metadata = { ...kept as object };
  assert.equal((await loadModel(model.toBytes())).metadata, { scaler: { kind: 'standard' } });
});

test.run();
