/**
 * Files of every format that bptt/convert reads, with one thing changed: each is read or refused by name, within 2 s and 4 × its size.
 * 20,000 files a format in a process that is watched, about 3 minutes each; --formats a,b takes some.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mutatedFormats } from '../convert/formats.js';
import { childFlags } from '../convert/mutationChild.js';
import type { Judged, Span } from '../convert/mutationChild.js';
import { soak } from './run.js';

/** Of silence: a file that hangs, also on a machine that has much else to do. */
const patience = 120_000;

/** What a process says of so many files of a format; where it falls silent, it is stopped, and the next one goes on behind that file. */
async function judged(span: Span, hear: (each: Judged) => Promise<void>): Promise<void> {
  for (let next = span.from; next < span.to;) {
    const child = fork(fileURLToPath(new URL('../convert/mutationChild.js', import.meta.url)), [JSON.stringify({ ...span, from: next })], { execArgv: childFlags });
    const messages: Judged[] = [];
    let wake = (): void => undefined;
    let begun = false;
    let ended: string | undefined;
    child.on('message', (message: Judged) => { begun = true; messages.push(message); wake(); });
    // Behind the last message.
    child.on('disconnect', () => { ended ??= 'the process ended'; wake(); });
    for (;;) {
      const message = messages.shift();
      if (message) {
        next = message.index + 1;
        await hear(message);
        continue;
      }
      if (ended !== undefined) break;
      const silent = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => { resolve(true); }, patience);
        wake = () => { clearTimeout(timer); resolve(false); };
      });
      if (!silent) continue;
      ended = `no answer for ${patience / 1000} s`;
      child.kill('SIGKILL');
    }
    if (next >= span.to) return;
    if (!begun) throw new Error(`${span.format}: nothing was read: ${ended}`);
    await hear({ index: next, what: 'the next file', size: 0, problem: ended });
    next++;
  }
}

/** The largest of each. */
class Most {
  private readonly counts = { loaded: 0, refused: 0 };
  private cpu = 0;
  private wall = 0;
  private above = -Infinity;
  private times = 0;

  add({ size, outcome }: Judged): void {
    if (!outcome) return;
    this.counts[outcome.outcome]++;
    this.cpu = Math.max(this.cpu, outcome.cpu);
    this.wall = Math.max(this.wall, outcome.wall);
    this.above = Math.max(this.above, outcome.memory - 4 * size);
    if (size > 2 ** 20) this.times = Math.max(this.times, outcome.memory / size);
  }

  toString(): string {
    const { counts: { loaded, refused }, cpu, wall, above, times } = this;
    const large = times > 0 ? `, ${times.toFixed(1)} × a file of more than 1 MB` : '';
    return `${loaded} loaded, ${refused} refused; at most ${cpu.toFixed(2)} s of computing (${wall.toFixed(2)} s on the clock), memory ${(above / 2 ** 20).toFixed(1)} MB beyond 4 × the file${large}`;
  }
}

await soak(async ({ seed, share, check, given }) => {
  const wanted = given.formats?.split(',');
  for (const { name } of mutatedFormats.filter((format) => wanted?.includes(format.name) ?? true)) {
    const most = new Most();
    await judged({ format: name, seed, from: 0, to: share(20_000) }, async (each) => {
      most.add(each);
      await check(`${name}, mutation ${each.index}, ${each.what}`, () => { if (each.problem !== undefined) throw new Error(each.problem); });
    });
    console.log(`${name}: ${most.toString()}`);
  }
}, ['formats']);
