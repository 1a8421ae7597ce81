/** What every request passes: whom we answer, what a browser may do with the answer, and that a form comes from our own page. */
import type { MiddlewareHandler } from 'hono';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { WebEnv, WebSettings } from '../services.js';

/** Nothing inline, nothing from elsewhere, in nobody's frame. */
const POLICY = [
  `default-src 'none'`, `script-src 'self'`, `style-src 'self'`, `img-src 'self'`, `connect-src 'self'`, `manifest-src 'self'`, `worker-src 'self'`,
  `form-action 'self'`, `frame-ancestors 'none'`, `base-uri 'none'`,
].join('; ');

export function securityHeaders({ secure }: WebSettings): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    headers.set('Content-Security-Policy', POLICY);
    headers.set('X-Content-Type-Options', 'nosniff');
    // Not no-referrer, which makes browsers send 'Origin: null' with our own forms.
    headers.set('Referrer-Policy', 'same-origin');
    headers.set('Cross-Origin-Opener-Policy', 'same-origin');
    headers.set('Cross-Origin-Resource-Policy', 'same-origin');
    headers.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    if (secure) headers.set('Strict-Transport-Security', 'max-age=31536000; includeSubDomains');
    if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store');
  };
}

const LOCAL = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?$/;

/**
 * Hosts that are not ours are refused, so that no page of another name reaches a service on this machine; and what changes something must come
 * from one of our own pages, which browsers say in `Origin`.
 */
export function ownHostAndOrigin({ origins }: WebSettings): MiddlewareHandler<WebEnv> {
  const hosts = origins.map((origin) => new URL(origin).host);
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    const ours = origins.length > 0 ? hosts.includes(host) : LOCAL.test(host);
    if (!ours && context.req.path !== '/healthz') return context.text('This service has another name.\n', 421);
    const { method } = context.req;
    if (method !== 'GET' && method !== 'HEAD') {
      const origin = context.req.header('origin');
      const allowed = origins.length > 0 ? origins.includes(origin ?? '') : origin === `http://${host}`;
      const site = context.req.header('sec-fetch-site');
      if (!allowed || (site !== undefined && site !== 'same-origin')) return context.text('This must be sent from a page of this service.\n', 403);
    }
    return next();
  };
}

/**
 * Who is asking. Behind `trustedProxies` proxies, the address that the outermost of them saw, counted from the end of X-Forwarded-For, since
 * what stands before it can be written by anyone; with none, the header means nothing.
 */
export function clientAddress(peer: string, forwarded: string | undefined, trustedProxies: number): string {
  const hops = (forwarded ?? '').split(',').map((part) => part.trim()).filter((part) => part !== '');
  const address = trustedProxies === 0 ? peer : hops[hops.length - trustedProxies] ?? peer;
  const plain = address.replace(/^::ffff:/i, '').slice(0, 64);
  return /^[0-9a-f:.]+$/i.test(plain) ? plain : peer;
}

/** Of IPv6 the network of 64 bits, which one household has: else it would have 2⁶⁴ tries. */
export function limitKey(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = tail === undefined ? left : [...left, ...Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0'), ...right];
  return `${groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

export function noteAddress({ trustedProxies }: WebSettings): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    context.set('address', clientAddress(getConnInfo(context).remote.address ?? '', context.req.header('x-forwarded-for'), trustedProxies));
    await next();
  };
}
