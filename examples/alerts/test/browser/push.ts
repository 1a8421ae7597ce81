/** What a push service and a browser do with a message: check who sent it (RFC 8292), decrypt it (RFC 8188, RFC 8291). */
import { createDecipheriv, createECDH, createPublicKey, hkdfSync, randomBytes, verify } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { certificate } from '../outbox/pushService.js';

export interface Device {
  p256dh: string;
  auth: string;
  decrypt(body: Buffer): string;
}

const hkdf = (salt: Uint8Array, secret: Uint8Array, info: Uint8Array, length: number): Buffer => Buffer.from(hkdfSync('sha256', secret, salt, info, length));

export function newDevice(): Device {
  const pair = createECDH('prime256v1');
  const own = pair.generateKeys();
  const auth = randomBytes(16);
  return {
    p256dh: own.toString('base64url'), auth: auth.toString('base64url'),
    decrypt: (body) => {
      const [salt, size, idLength] = [body.subarray(0, 16), body.readUInt32BE(16), body.readUInt8(20)];
      const theirs = body.subarray(21, 21 + idLength);
      const record = body.subarray(21 + idLength);
      if (record.length > size) throw new Error('A push message is one record.');
      const secret = hkdf(auth, pair.computeSecret(theirs), Buffer.concat([Buffer.from('WebPush: info\0'), own, theirs]), 32);
      const decipher = createDecipheriv('aes-128-gcm', hkdf(salt, secret, Buffer.from('Content-Encoding: aes128gcm\0'), 16), hkdf(salt, secret, Buffer.from('Content-Encoding: nonce\0'), 12));
      decipher.setAuthTag(record.subarray(-16));
      const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
      const end = padded.lastIndexOf(2);
      if (padded.subarray(end + 1).some((byte) => byte !== 0)) throw new Error('The padding is broken.');
      return padded.subarray(0, end).toString('utf8');
    },
  };
}

/** The claims of a message's signature, which must hold under `publicKey`. */
export function checkedClaims(headers: IncomingHttpHeaders, publicKey: string): { aud: string; exp: number; sub: string } {
  const [, token = '', key = ''] = /^vapid t=([\w.-]+), ?k=([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
  if (key !== publicKey) throw new Error('The message is signed with another key than the device was told.');
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
  const holds = verify('sha256', Buffer.from(`${head}.${claims}`), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  if (!holds) throw new Error('The signature does not hold.');
  return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8')) as { aud: string; exp: number; sub: string };
}

export interface Arrived { headers: IncomingHttpHeaders; body: Buffer }

export interface Receiver {
  host: string;
  ca: string;
  next(): Promise<Arrived>;
  close(): Promise<void>;
}

/** A push service over TLS on this machine, which keeps what arrives. */
export async function startReceiver(): Promise<Receiver> {
  const { key, cert } = certificate();
  const arrived: Arrived[] = [];
  const waiting: ((message: Arrived) => void)[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      response.writeHead(201).end();
      const message = { headers: request.headers, body: Buffer.concat(parts) };
      const taker = waiting.shift();
      if (taker) taker(message);
      else arrived.push(message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `localhost:${(server.address() as AddressInfo).port}`, ca: cert,
    next: () => new Promise((resolve) => {
      const message = arrived.shift();
      if (message) resolve(message);
      else waiting.push(resolve);
    }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
