/** `npm run pictures` draws docs/pictures/*.svg, the pictures of the derivations. A test draws them again and compares. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pictures } from './pictures/all.mjs';

const folder = join(import.meta.dirname, '../docs/pictures');
mkdirSync(folder, { recursive: true });
for (const [name, draw] of Object.entries(pictures)) writeFileSync(join(folder, `${name}.svg`), await draw());
