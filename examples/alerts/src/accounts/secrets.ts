/** Secrets that people carry: 256 random bits in a cookie or a link, of which the database knows the digest alone. */
import { createHash, randomBytes } from 'node:crypto';

export const newSecret = (): string => randomBytes(32).toString('base64url');

export const digestOf = (secret: string): Uint8Array => createHash('sha256').update(secret).digest();
