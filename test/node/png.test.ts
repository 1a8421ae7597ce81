import { encode } from 'fast-png';
import { Buffer } from 'node:buffer';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError, FileFormatError, ShapeError } from '../../src/errors.js';
import { decodePng, encodePng, readPng, writePng } from '../../src/node/png.js';
import type { RasterImage } from '../../src/charts/images/image.js';
import { randomStream, uniform } from '../../src/random.js';

function noise(height: number, width: number, channels: 3 | 4): RasterImage {
  const random = randomStream(8, `noise ${channels}`);
  return { data: Uint8Array.from({ length: height * width * channels }, () => Math.floor(256 * uniform(random))), shape: [height, width, channels] };
}

/** A PNG file by hand, for kinds that no encoder here writes: rows begin with filter type 0. */
function pngFile(width: number, height: number, depth: number, colorType: number, rows: number[], palette: number[] = []): Uint8Array {
  const chunk = (type: string, ...bytes: number[]): Buffer => {
    const body = Buffer.from([...Buffer.from(type, 'latin1'), ...bytes]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(bytes.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk('IHDR', 0, 0, 0, width, 0, 0, 0, height, depth, colorType, 0, 0, 0),
    ...palette.length > 0 ? [chunk('PLTE', ...palette)] : [],
    chunk('IDAT', ...deflateSync(Uint8Array.from(rows))),
    chunk('IEND'),
  ]);
}

let folder = '';
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bptt-png-'));
});
test.after(async () => {
  await rm(folder, { recursive: true });
});

test('pixels come back as they went, with and without alpha', async () => {
  for (const channels of [3, 4] as const) {
    const image = noise(5, 7, channels);
    const path = join(folder, `${channels}.png`);
    await writePng(path, image);
    assert.equal(await readPng(path), image);
    assert.equal(decodePng(await readFile(path)), image);
  }
  assert.equal((await readdir(folder)).sort(), ['3.png', '4.png']);
});

test('the header is that of a PNG file of this size', () => {
  const bytes = encodePng(noise(300, 2, 3));
  assert.equal([...bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  // IHDR: width, height, eight bits, colour type 2 (RGB).
  assert.equal([...bytes.subarray(16, 26)], [0, 0, 0, 2, 0, 0, 1, 44, 8, 2]);
});

test('a view into a larger buffer is written without its surroundings', () => {
  const { data, shape } = noise(3, 5, 3);
  const backing = new Uint8Array(100).fill(77);
  backing.set(data, 20);
  assert.equal(decodePng(encodePng({ data: backing.subarray(20, 65), shape })).data, data);
});

test('grey, sixteen bits and palettes become RGB', () => {
  const read = (png: Parameters<typeof encode>[0]): [number[], readonly number[]] => {
    const { data, shape } = decodePng(encode(png));
    return [[...data], shape];
  };
  assert.equal(read({ width: 2, height: 1, channels: 1, data: Uint8Array.of(9, 200) }), [[9, 9, 9, 200, 200, 200], [1, 2, 3]]);
  assert.equal(read({ width: 1, height: 2, channels: 2, data: Uint8Array.of(9, 1, 200, 2) }), [[9, 9, 9, 1, 200, 200, 200, 2], [2, 1, 4]]);
  assert.equal(read({ width: 1, height: 1, channels: 3, depth: 16, data: Uint16Array.of(0x1234, 0xffff, 0x00ff) }), [[0x12, 0xff, 0], [1, 1, 3]]);
  // Three pixels of two bits each, in two rows: indices 0 1 2 and 2 2 0.
  assert.equal(decodePng(pngFile(3, 2, 2, 3, [0, 0b00011000, 0, 0b10100000], [1, 2, 3, 4, 5, 6, 7, 8, 9])),
    { data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 7, 8, 9, 7, 8, 9, 1, 2, 3), shape: [2, 3, 3] });
  // Grey of two bits has the levels 0, 85, 170, 255.
  assert.equal([...decodePng(pngFile(4, 1, 2, 0, [0, 0b00011011])).data], [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255]);
});

test('damaged bytes and missing files are named', async () => {
  const whole = encodePng(noise(6, 6, 3));
  const flipped = whole.slice();
  flipped[50] = (flipped[50] ?? 0) ^ 1;
  for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3), whole.subarray(0, 60), flipped]) {
    assert.throws(() => decodePng(bytes), (error: unknown) => error instanceof FileFormatError && error.argument === 'bytes');
  }
  const path = join(folder, 'no.png');
  await writeFile(path, 'no picture');
  const refused = async (run: Promise<unknown>, kind: typeof DataError | typeof FileFormatError): Promise<void> => {
    const error = await run.then(() => undefined, (reason: unknown) => reason);
    assert.ok(error instanceof kind && error.message.includes('.png'), String(error));
  };
  await refused(readPng(path), FileFormatError);
  await refused(readPng(join(folder, 'absent.png')), DataError);
  await refused(writePng(join(folder, 'no folder', 'a.png'), noise(1, 1, 3)), DataError);
  assert.throws(() => encodePng({ data: new Uint8Array(7), shape: [1, 2, 3] }), (error: unknown) => error instanceof ShapeError);
});

test.run();
