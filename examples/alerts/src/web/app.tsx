/** The pages, behind what every request passes. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { limits, take } from '../accounts/rateLimits.js';
import { described } from '../operation/log.js';
import { LARGEST_BODY } from './http/forms.js';
import { noteAddress, ownHostAndOrigin, securityHeaders } from './http/guard.js';
import { loadVisitor, members } from './http/visitors.js';
import { Message } from './pages/entry.js';
import { accountRoutes, mailRoutes } from './routes/account.js';
import { alertRoutes } from './routes/alerts.js';
import { assetRoutes } from './routes/assets.js';
import { entryRoutes } from './routes/entry.js';
import { frameOf } from './routes/frame.js';
import { notificationRoutes, symbolRoutes } from './routes/market.js';
import { operationRoutes } from './routes/operation.js';
import { liveRoutes, pushRoutes } from './routes/push.js';
import type { WebEnv, WebServices } from './services.js';

/** @param stopping streams end when it aborts, so that a server can close. */
export function createApp(services: WebServices, stopping: AbortSignal): Hono<WebEnv> {
  const { settings, log, metrics, database } = services;
  const app = new Hono<WebEnv>();

  app.use(async (context, next) => {
    const start = performance.now();
    await next();
    const seconds = (performance.now() - start) / 1000;
    // The path alone: a query may hold the secret of a mail's link.
    log.debug('request', { method: context.req.method, path: context.req.path, status: context.res.status, seconds: Math.round(1000 * seconds) / 1000, user: context.get('visitor')?.userId });
    metrics.count('http_requests_total', 'Requests answered.', { method: context.req.method, status: String(context.res.status) });
    if (context.req.path !== '/live') metrics.seconds('http_request_seconds', 'Time to answer.', seconds);
  });
  app.use(securityHeaders(settings));
  app.use(noteAddress(settings));
  app.use(ownHostAndOrigin(settings));
  app.use(bodyLimit({ maxSize: LARGEST_BODY, onError: (context) => context.text('This is too large.\n', 413) }));

  assetRoutes(app);
  operationRoutes(app, services);
  app.use(loadVisitor(services));
  entryRoutes(app, services);
  if (settings.showMails) mailRoutes(app, services);

  for (const path of ['/account', '/account/*', '/log-out', '/log-out-everywhere', '/symbols', '/symbols/*', '/alerts', '/alerts/*', '/notifications', '/notifications/*', '/pictures/*', '/push/*', '/live']) {
    app.use(path, members);
    app.use(path, async (context, next) => {
      const visitor = context.get('visitor');
      if (context.req.method === 'GET' || !visitor || await take(database, limits.writeByAccount, visitor.userId) === 0) return next();
      return context.text('Too many changes. Wait a while.\n', 429);
    });
  }
  accountRoutes(app, services);
  symbolRoutes(app, services);
  alertRoutes(app, services);
  notificationRoutes(app, services);
  pushRoutes(app, services);
  liveRoutes(app, services, stopping);

  app.notFound(async (context) => context.html(<Message frame={await frameOf(context, services)} title="There is nothing here" text="The address is wrong, or what was here is not yours or is gone." />, 404));
  app.onError(async (error, context) => {
    if (error instanceof HTTPException) {
      if (error.status === 404) return context.html(<Message frame={await frameOf(context, services)} title="There is nothing here" text="The address is wrong, or what was here is not yours or is gone." />, 404);
      return context.text(`${error.message}\n`, error.status);
    }
    log.error('request failed', { method: context.req.method, path: context.req.path, problem: described(error) });
    return context.text('Something went wrong here. It is noted.\n', 500);
  });
  return app;
}
