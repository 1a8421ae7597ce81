/** Databases for tests: ones in memory, from a cluster that was made once, and one on a server of PostgreSQL that the test starts and ends. */
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import type { Database } from '../../src/storage/database.js';
import { openInMemory } from '../../src/storage/embedded.js';

/** In dist, by the PGlite that made it: a new cluster costs four seconds of processor time, one from a file half a second. */
async function dumped(): Promise<Blob> {
  const { size, mtimeMs } = statSync(fileURLToPath(import.meta.resolve('@electric-sql/pglite')));
  const path = join(import.meta.dirname, `cluster-${size}-${Math.round(mtimeMs)}.tar`);
  if (!existsSync(path)) {
    const lite = await PGlite.create();
    const bytes = new Uint8Array(await (await lite.dumpDataDir('none')).arrayBuffer());
    await lite.close();
    // Files of tests run side by side: each puts a whole one there.
    writeFileSync(`${path}.${process.pid}`, bytes);
    renameSync(`${path}.${process.pid}`, path);
  }
  return new Blob([readFileSync(path)]);
}

/** A new database in memory. */
export const openFresh = async (): Promise<Database> => openInMemory(await dumped());

export interface Cluster {
  url: string;
  process: ChildProcess;
  /** Starts the server again after it was killed; its port stays. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** The newest server that Debian has installed. */
function programs(): string {
  const base = '/usr/lib/postgresql';
  const version = existsSync(base) ? readdirSync(base).sort((a, b) => Number(b) - Number(a))[0] : undefined;
  if (version === undefined) throw new Error('There is no PostgreSQL (Debian: apt-get install postgresql).');
  return join(base, version, 'bin');
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server of its own in a temporary folder, on a free port; it refuses to run as root, so root runs it as `postgres`. */
export async function startCluster(): Promise<Cluster> {
  const bin = programs();
  const folder = mkdtempSync(join(tmpdir(), 'alerts-pg-'));
  const id = (flag: string): number => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  const user = process.getuid?.() === 0 ? { uid: id('-u'), gid: id('-g') } : {};
  if (user.uid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const made = spawnSync(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'], { ...user, encoding: 'utf8', cwd: folder });
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const start = async (): Promise<ChildProcess> => {
    const child = spawn(join(bin, 'postgres'), ['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1', '-c', 'max_connections=60'], { ...user, cwd: folder, stdio: 'ignore' });
    for (let i = 0; i < 300; i++) {
      if (spawnSync(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-q']).status === 0) return child;
      await pause(100);
    }
    throw new Error('PostgreSQL did not start within 30 s.');
  };
  const cluster: Cluster = {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    process: await start(),
    restart: async () => { cluster.process = await start(); },
    stop: async () => {
      const ended = new Promise((resolve) => cluster.process.once('exit', resolve));
      cluster.process.kill('SIGINT');
      if (cluster.process.exitCode === null && cluster.process.signalCode === null) await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return cluster;
}
