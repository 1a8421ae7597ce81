/** A push service on this machine, over TLS with a certificate of its own, whose answers the test decides. */
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Received {
  /** The endpoint's path. */
  readonly path: string;
  readonly topic: string;
  readonly at: number;
}

/** `hang`: no answer at all; else a status, with `Retry-After` if it has seconds. */
export type Answer = 'hang' | number | { readonly status: number; readonly after: number };

export interface PushService {
  readonly origin: string;
  /** Certificate to believe. */
  readonly ca: string;
  readonly received: Received[];
  close(): Promise<void>;
}

export interface Certificate { readonly key: string; readonly cert: string }

export function certificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = spawnSync('openssl', [
      'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost',
      '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1',
    ], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`openssl: ${made.stderr}`);
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function startPushService(answer: (path: string, count: number) => Answer = () => 201): Promise<PushService> {
  const { key, cert } = certificate();
  const received: Received[] = [];
  const counts = new Map<string, number>();
  const server = createServer({ key, cert }, (request, response) => {
    const path = request.url ?? '';
    request.resume().on('end', () => {
      received.push({ path, topic: String(request.headers.topic), at: performance.now() });
      const count = (counts.get(path) ?? 0) + 1;
      counts.set(path, count);
      const reply = answer(path, count);
      if (reply === 'hang') return;
      const { status, after } = typeof reply === 'number' ? { status: reply, after: undefined } : reply;
      response.writeHead(status, after === undefined ? {} : { 'Retry-After': String(after) }).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`, ca: cert, received,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Keys as a browser makes them. */
export function browserKeys(): { readonly p256dh: string; readonly auth: string } {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return { p256dh: point.toString('base64url'), auth: randomBytes(16).toString('base64url') };
}
