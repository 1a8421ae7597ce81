/** A real Redis server and worker processes, for tests: all of them end with the test. */
import { Queue } from 'bullmq';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Resolves when the child prints the text. */
export function prints(child: ChildProcess, text: string): Promise<void> {
  let output = '';
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.includes(text)) resolve();
    });
    child.on('close', () => reject(new Error(`ended without '${text}': ${output}`)));
  });
}

export class RedisStage {
  readonly folder = mkdtempSync(join(tmpdir(), 'bptt-redis-'));
  readonly children = new Set<ChildProcess>();
  port = 0;

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  start(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    // The system ends it with this process, whatever that dies of.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', command, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    child.on('error', (error) => { throw new Error(`${command} does not start; apt-get install redis-server?`, { cause: error }); });
    this.children.add(child);
    child.on('close', () => this.children.delete(child));
    return child;
  }

  /** An empty server that keeps nothing, on the port of the stage: the same one when it is started again. */
  async server(...more: readonly string[]): Promise<ChildProcess> {
    this.port ||= await freePort();
    const child = this.start('redis-server', ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.folder, ...more]);
    await prints(child, 'Ready to accept connections');
    return child;
  }

  /** A worker process on the queue `name`, with one thread; `log` is where its trials write that they start, `spun` that they spin. */
  async worker(name: string, log: string, options: { readonly hang?: number; readonly patience?: number; readonly workers?: number } = {}): Promise<ChildProcess> {
    const { hang = 0, patience = 2, workers = 1 } = options;
    const child = this.start(process.execPath, ['scripts/worker.mjs', '--redis', this.url, '--name', name, '--workers', String(workers), '--patience', String(patience)], {
      TRIAL_LOG: join(this.folder, log), TRIAL_SPIN: join(this.folder, `${log} spun`), TRIAL_HANG: String(hang),
    });
    await prints(child, 'joined');
    return child;
  }

  /** Indices of the trials that workers with this log have started. */
  started(log: string): number[] {
    return this.lines(log).map((line) => Number(line.split(' ')[1]));
  }

  /** How often trials with this log have spun: grows while one does. */
  spun(log: string): number {
    const path = join(this.folder, `${log} spun`);
    return existsSync(path) ? readFileSync(path).length : 0;
  }

  /** Jobs of any kind that Redis holds for a queue. */
  async jobsLeft(name: string): Promise<number> {
    const queue = new Queue(name, { connection: { url: this.url } });
    const counts = await queue.getJobCounts();
    await queue.close();
    return Object.values(counts).reduce((sum, n) => sum + n, 0);
  }

  async close(): Promise<void> {
    await Promise.all([...this.children].map((child) => new Promise((resolve) => { child.on('close', resolve); child.kill('SIGKILL'); })));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private lines(log: string): string[] {
    const path = join(this.folder, log);
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  }
}

/** Resolves when it holds; looks again and again, though not for ever. */
export async function until(holds: () => boolean | Promise<boolean>, seconds = 60): Promise<void> {
  for (const end = performance.now() + 1000 * seconds; !(await holds());) {
    if (performance.now() > end) throw new Error(`${String(holds)} does not come`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
