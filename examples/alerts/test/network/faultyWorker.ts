/** A worker whose faults the symbol names. */
import process from 'node:process';

export default async function work({ symbol }: { readonly symbol: string }): Promise<unknown> {
  if (symbol === 'hangs') for (;;);
  if (symbol === 'ends') process.exit(0);
  if (symbol === 'throws') throw new Error('thrown');
  return {};
}
