/** A folder over HTTP on this machine, with the headers that let a page use threads. */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { URL } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png', '.json': 'application/json',
  '.woff2': 'font/woff2', '.woff': 'font/woff', '.ttf': 'font/ttf', '.wasm': 'application/wasm', '.csv': 'text/csv', '.safetensors': 'application/octet-stream',
};

function fileOf(folder, url) {
  const path = join(folder, normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname)));
  for (const candidate of [path, `${path}.html`, join(path, 'index.html')]) {
    if (candidate.startsWith(folder) && statSync(candidate, { throwIfNoEntry: false })?.isFile()) return candidate;
  }
  return undefined;
}

/** @returns the port; the next free one where the wanted one is taken. */
export function serve(folder, port) {
  const server = createServer((request, response) => {
    const file = fileOf(folder, request.url ?? '/');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
    response.writeHead(file ? 200 : 404, { 'content-type': file ? TYPES[extname(file)] ?? 'application/octet-stream' : 'text/plain' });
    if (file) createReadStream(file).pipe(response);
    else response.end('not found');
  });
  return new Promise((resolve, reject) => {
    let wanted = port;
    server.on('error', (error) => {
      if (error.code !== 'EADDRINUSE' || wanted > port + 20) reject(error);
      else server.listen(++wanted, '127.0.0.1');
    });
    server.on('listening', () => resolve(server.address().port));
    server.listen(wanted, '127.0.0.1');
  });
}
