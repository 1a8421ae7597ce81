/**
 * `npm run bench:torch`: `readTorch` of a state dict of 200 MB beside copying its bytes, alternating, one thread; and the memory that it takes at
 * most beside the file. Ends with exit code 1 where a bound is not kept.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { readTorch } from 'bptt/convert';
import { medianOf } from './measure.js';

/** Times copying the bytes. */
const SLOWEST = 3;
/** Times the file, the file itself included. */
const MOST = 2.2;
const ROUNDS = 7;
const TENSORS = 100;
const SHAPE = [512, 1024] as const;

const count = SHAPE[0] * SHAPE[1];

function u16(value: number): Buffer {
  const field = Buffer.alloc(2);
  field.writeUInt16LE(value);
  return field;
}

function u32(...values: number[]): Buffer {
  return Buffer.concat(values.map((value) => {
    const field = Buffer.alloc(4);
    field.writeUInt32LE(value);
    return field;
  }));
}

function unicode(text: string): Buffer {
  return Buffer.concat([Buffer.from('X'), u32(text.length), Buffer.from(text)]);
}

/** What torch.save pickles of a dictionary of tensors, but for the memo. */
function pickle(): Buffer {
  const one = (i: number): Buffer[] => [
    unicode(`layers.${i}.weight`), Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n(('), unicode('storage'), Buffer.from('ctorch\nFloatStorage\n'), unicode(String(i)), unicode('cpu'),
    Buffer.from('J'), u32(count), Buffer.from('tQK\0(J'), u32(SHAPE[0]), Buffer.from('J'), u32(SHAPE[1]), Buffer.from('t(J'), u32(SHAPE[1]), Buffer.from([0x4b, 1, 0x74, 0x89]), Buffer.from('ccollections\nOrderedDict\n)RtR'),
  ];
  return Buffer.concat([Buffer.from([0x80, 2]), Buffer.from('}('), ...Array.from({ length: TENSORS }, (_, i) => one(i)).flat(), Buffer.from('u.')]);
}

/** Entries stored at multiples of 64, as torch.save lays them. Checksums are those of the pickle alone: nobody compares the others. */
function stateDict(): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  const numbers = Buffer.from(Float32Array.from({ length: count }, (_, i) => Math.sin(i)).buffer);
  const entries = [['state/data.pkl', pickle()], ...Array.from({ length: TENSORS }, (_, i) => [`state/data/${i}`, numbers] as const)] as const;
  for (const [name, data] of entries) {
    const padding = (64 - ((at + 30 + name.length + 4) % 64)) % 64;
    const extra = Buffer.concat([Buffer.from('FB'), u16(padding), Buffer.alloc(padding)]);
    const crc = name.endsWith('.pkl') ? crc32(data) : 0;
    const sizes = [u32(crc, data.length, data.length), u16(name.length)];
    const local = Buffer.concat([u32(0x04034b50), Buffer.alloc(10), ...sizes, u16(extra.length), Buffer.from(name), extra]);
    directory.push(Buffer.concat([u32(0x02014b50), Buffer.alloc(12), ...sizes, Buffer.alloc(12), u32(at), Buffer.from(name)]));
    parts.push(local, data);
    at += local.length + data.length;
  }
  const list = Buffer.concat(directory);
  return Buffer.concat([...parts, list, u32(0x06054b50, 0), u16(entries.length), u16(entries.length), u32(list.length, at), u16(0)]);
}

function crc32(bytes: Uint8Array): number {
  let word = 0xffffffff;
  for (const byte of bytes) {
    word ^= byte;
    for (let bit = 0; bit < 8; bit++) word = word & 1 ? (word >>> 1) ^ 0xedb88320 : word >>> 1;
  }
  return (word ^ 0xffffffff) >>> 0;
}

async function milliseconds(call: () => unknown): Promise<number> {
  globalThis.gc?.();
  const start = performance.now();
  await call();
  return performance.now() - start;
}

async function speed(bytes: Uint8Array): Promise<boolean> {
  const times: Record<'copying' | 'readTorch', number[]> = { copying: [], readTorch: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const copying = await milliseconds(() => new Uint8Array(bytes).length);
    const reading = await milliseconds(() => readTorch(bytes));
    if (round === 0) continue; // the first round warms up
    times.copying.push(copying);
    times.readTorch.push(reading);
  }
  const ratio = medianOf(times.readTorch) / medianOf(times.copying);
  console.log(`${(bytes.length / 1e6).toFixed(0)} MB, ${TENSORS} tensors; milliseconds, median of ${ROUNDS} alternating rounds (lowest – highest)`);
  for (const [name, list] of Object.entries(times)) console.log(`  ${name.padEnd(12)}${medianOf(list).toFixed(0)}  (${Math.min(...list).toFixed(0)} – ${Math.max(...list).toFixed(0)})`);
  console.log(`  ratio ${ratio.toFixed(2)}, at most ${SLOWEST}`);
  return ratio <= SLOWEST;
}

/** What the process took at most from before the file was read to after its tensors were. */
async function memory(file: string): Promise<boolean> {
  const before = process.resourceUsage().maxRSS;
  const bytes = readFileSync(file);
  const { tensors } = await readTorch(bytes);
  const ratio = ((process.resourceUsage().maxRSS - before) * 1024) / bytes.length;
  console.log(`  peak of memory ${ratio.toFixed(2)} × the file, the file included, for ${tensors.size} tensors; at most ${MOST}`);
  return ratio <= MOST;
}

const [, , part, path = ''] = process.argv;
if (part === 'write') writeFileSync(path, stateDict());
else if (part === 'speed') process.exitCode = (await speed(readFileSync(path))) ? 0 : 1;
else if (part === 'memory') process.exitCode = (await memory(path)) ? 0 : 1;
else {
  // Each part in a process of its own, of a small one: a process begins with the peak of the one that starts it.
  const folder = mkdtempSync(join(tmpdir(), 'bptt-torch-'));
  const run = (name: string): boolean => spawnSync(process.execPath, ['--expose-gc', fileURLToPath(import.meta.url), name, join(folder, 'state.pt')], { stdio: 'inherit' }).status === 0;
  try {
    const kept = ['write', 'speed', 'memory'].map(run);
    process.exitCode = kept.every(Boolean) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
