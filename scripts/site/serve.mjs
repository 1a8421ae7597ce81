/** A folder over HTTP on this machine, with the headers that let a page use threads. */
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { URL } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.png': 'image/png', '.webp': 'image/webp', '.json': 'application/json',
  '.woff2': 'font/woff2', '.woff': 'font/woff', '.ttf': 'font/ttf', '.wasm': 'application/wasm', '.csv': 'text/csv', '.safetensors': 'application/octet-stream',
};

function fileOf(folder, url) {
  const path = join(folder, normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname)));
  const file = path.endsWith(sep) ? join(path, 'index.html') : path;
  return file.startsWith(folder) && statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

/** @param port the wanted one; the next free one is taken where it is not, and any for 0. @returns the port, and how to end. */
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
    server.on('listening', () => resolve({ port: server.address().port, close: () => server.close() }));
    server.listen(wanted, '127.0.0.1');
  });
}
