/**
 * Passwords: what is accepted, and how one is kept: argon2id (the package's default) with the least cost that
 * OWASP recommends: 19 MiB, two passes, one lane.
 */
import { hash, verify } from '@node-rs/argon2';
import { dictionary } from '@zxcvbn-ts/language-common';

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Whether `password` is the one of `kept`. Without one, for an account that is not there, it works as long and says no. */
  verify(kept: string | undefined, password: string): Promise<boolean>;
}

const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

export const SHORTEST = 10;
export const LONGEST = 200;

const common = new Set(dictionary['passwords-common']);

/** Why a password is refused, or undefined. Any characters, in any number of kinds: length is what counts. */
export function weakness(password: string, email: string): string | undefined {
  const length = [...password].length;
  if (length < SHORTEST) return `Use at least ${SHORTEST} characters.`;
  if (length > LONGEST) return `Use at most ${LONGEST} characters.`;
  if (common.has(password.toLowerCase())) return 'This password is one of the most used ones. Choose another.';
  if (password.toLowerCase() === email.toLowerCase()) return 'The password is your address. Choose another.';
  return undefined;
}

export async function createPasswords(): Promise<Passwords> {
  const nobody = await hash('the password of no account', COST);
  return {
    hash: (password) => hash(password, COST),
    verify: async (kept, password) => {
      const right = await verify(kept ?? nobody, password);
      return right && kept !== undefined;
    },
  };
}
