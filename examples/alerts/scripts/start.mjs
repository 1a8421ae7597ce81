/** `npm run alerts [-- FLAGS]`: builds what is missing or old, then starts the service in this process. */
import { buildAll } from './build.mjs';

await buildAll();
await import('../dist/src/main.js');
