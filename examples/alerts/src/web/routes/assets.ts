/** Files that every browser gets: styles, scripts, icons, the manifest. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hono } from 'hono';
import { plotCss } from 'bptt/charts';
import { icon } from '../icons.js';
import type { WebEnv } from '../services.js';

/** examples/alerts/assets, seen from dist/src/web/routes. */
const FOLDER = join(import.meta.dirname, '../../../../assets');

const manifest = {
  name: 'Foretold: alerts on prices', short_name: 'Foretold', id: '/', start_url: '/', scope: '/', display: 'standalone', lang: 'en',
  description: 'Alerts on foretold rises and falls of prices, each with the truth beside it. No financial advice.',
  background_color: '#ffffff', theme_color: '#10534a',
  icons: [192, 512].flatMap((side) => ['any', 'maskable'].map((purpose) => ({ src: `/icon-${side}.png`, sizes: `${side}x${side}`, type: 'image/png', purpose }))),
};

export function assetRoutes(app: Hono<WebEnv>): void {
  const files: readonly (readonly [path: string, type: string, body: string | Uint8Array<ArrayBuffer>])[] = [
    ...([['styles.css', 'text/css'], ['app.js', 'text/javascript'], ['service-worker.js', 'text/javascript']] as const)
      .map(([name, type]) => [`/${name}`, `${type}; charset=utf-8`, readFileSync(join(FOLDER, name), 'utf8')] as const),
    ['/plots.css', 'text/css; charset=utf-8', plotCss],
    ['/manifest.webmanifest', 'application/manifest+json', JSON.stringify(manifest)],
    ...[192, 512].map((side) => [`/icon-${side}.png`, 'image/png', Uint8Array.from(icon(side))] as const),
  ];
  for (const [path, type, body] of files) {
    app.get(path, (context) => context.body(body, 200, { 'Content-Type': type, 'Cache-Control': 'public, max-age=300' }));
  }
}
