/** A process of its own that reads changed files of one format, and says of each what came of it. */
import process from 'node:process';
import { randomStream } from '../../src/random.js';
import { mutatedFormats } from './formats.js';
import { judgeMutated, mutationOf } from './mutations.js';
import type { Outcome } from './mutations.js';

/** How its collector is set: young objects share 1 MB, so that what lies there as garbage hides no buffer. */
export const childFlags = ['--enable-source-maps', '--max-semi-space-size=1', '--min-semi-space-size=1'];
/** That 1 MB, and the objects of a model. */
const room = 3 * 2 ** 20;

export interface Span { readonly format: string; readonly seed: number; readonly from: number; readonly to: number }

export interface Judged {
  readonly index: number;
  readonly what: string;
  /** Of the changed file. */
  readonly size: number;
  readonly outcome?: Outcome;
  readonly problem?: string;
}

async function judgeAll({ format: name, seed, from, to }: Span, say: (judged: Judged) => void): Promise<void> {
  const format = mutatedFormats.find((each) => each.name === name);
  if (!format) throw new Error(`no format ${name}`);
  const files = await format.files();
  // Code that is compiled at first, and buffers of streams, are no memory of a file.
  for (const bytes of files) for (let i = 0; i < 3; i++) await format.read(bytes);
  for (let index = from; index < to; index++) {
    const { what, bytes } = await mutationOf(format, files[index % files.length] ?? new Uint8Array(0), randomStream(seed, name, index));
    const about = { index, what: `file ${index % files.length}, ${what}`, size: bytes.length };
    try {
      say({ ...about, outcome: await judgeMutated(format, { what, bytes }, room) });
    } catch (error) {
      say({ ...about, problem: error instanceof Error ? error.stack ?? error.message : String(error) });
    }
  }
}

const [, , task] = process.argv;
if (process.send && task !== undefined) {
  await judgeAll(JSON.parse(task) as Span, (judged) => process.send?.(judged));
  process.disconnect();
}
