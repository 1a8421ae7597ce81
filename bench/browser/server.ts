/** What a page in a browser needs: a minified bundle, and a local server whose pages may share memory between threads. */
import { build } from 'esbuild';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export interface Served {
  readonly type: 'text/html' | 'text/javascript' | 'text/css';
  readonly body: string;
  /** Content-Security-Policy; none unless given. */
  readonly policy?: string;
}

export interface Site {
  /** `http://localhost:…`, without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/** A module and all it imports, minified, as one text. @throws Error where the module needs Node. */
export async function bundle(entry: URL): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)], bundle: true, minify: true, format: 'esm', platform: 'browser', write: false, logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** Cross-origin isolation: without these two headers a page has no SharedArrayBuffer. */
const isolation = { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' };

/** Serves texts by path, on this machine only. @param port 0 for any free one. */
export async function serve(files: Readonly<Record<string, Served>>, port = 0): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const file = files[pathname];
    if (!file) {
      response.writeHead(404, isolation).end();
      return;
    }
    response.writeHead(200, {
      ...isolation, 'Content-Type': `${file.type}; charset=utf-8`, 'Cache-Control': 'no-store',
      ...(file.policy === undefined ? {} : { 'Content-Security-Policy': file.policy }),
    });
    response.end(file.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, 'localhost', resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
