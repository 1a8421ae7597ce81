/** `npm run example NAME [ARGS…]`: runs examples/NAME.ts as built; without a known NAME it lists what there is. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const names = readdirSync(join(root, 'examples'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const [name, ...args] = process.argv.slice(2);

if (name !== undefined && names.includes(name)) {
  const { status } = spawnSync(process.execPath, [join(root, 'dist/examples', `${name}.js`), ...args], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  if (name !== undefined) console.error(`There is no example '${name}'.`);
  console.error(`npm run example NAME [-- ARGS], where NAME is one of: ${names.join(', ') || '(none yet)'}`);
  process.exitCode = 2;
}
