/** The pages on a port. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';
import type { WebEnv } from './services.js';

export interface Served {
  port: number;
  /** Takes no more requests, and resolves when those under way are answered. */
  close(): Promise<void>;
}

export async function listen(app: Hono<WebEnv>, host: string, port: number): Promise<Served> {
  const server = await new Promise<Server>((resolve, reject) => {
    const listening = serve({ fetch: app.fetch, hostname: host, port, serverOptions: { requestTimeout: 30_000, headersTimeout: 15_000, maxHeaderSize: 16_384 } }) as Server;
    listening.once('error', reject);
    listening.once('listening', () => { resolve(listening); });
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => { resolve(); });
      server.closeIdleConnections();
    }),
  };
}
