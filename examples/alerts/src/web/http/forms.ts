/** Bodies of requests: small, of the type that is expected, each field once, checked by a schema. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { timeZone } from '../../config/settings.js';
import type { WebEnv } from '../services.js';

/** Bytes of the largest body that a page sends. */
export const LARGEST_BODY = 16_384;

export type Problems = Readonly<Partial<Record<string, string>>>;
export type Read<Value> = { value: Value; problems?: undefined; raw: Raw } | { value?: undefined; problems: Problems; raw: Raw };
export type Raw = Readonly<Record<string, string>>;

async function bodyText(context: Context<WebEnv>, type: string): Promise<string> {
  if ((context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() !== type) throw new HTTPException(415, { message: `The body must be ${type}.` });
  const bytes = new Uint8Array(await context.req.arrayBuffer());
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HTTPException(400, { message: 'The body is not UTF-8.' });
  }
}

/** Fields of a query or a body; one that is given twice is no field of ours. PostgreSQL keeps no NUL. */
export function fieldsOf(text: string): Raw {
  const fields: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(fields, name) || name === '__proto__') throw new HTTPException(400, { message: 'A field is given twice.' });
    if (value.includes('\0')) throw new HTTPException(400, { message: 'A field holds what is no text.' });
    fields[name] = value;
  }
  return fields;
}

export function check<Value>(schema: z.ZodType<Value>, raw: Raw): Read<Value> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return { value: parsed.data, raw };
  const problems: Record<string, string> = {};
  for (const { path, message } of parsed.error.issues) problems[String(path[0] ?? '')] ??= message;
  return { problems, raw };
}

export const readForm = async <Value>(context: Context<WebEnv>, schema: z.ZodType<Value>): Promise<Read<Value>> =>
  check(schema, fieldsOf(await bodyText(context, 'application/x-www-form-urlencoded')));

export async function readJson<Value>(context: Context<WebEnv>, schema: z.ZodType<Value>): Promise<Value> {
  const text = await bodyText(context, 'application/json');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new HTTPException(400, { message: 'The body is not JSON.' });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new HTTPException(400, { message: 'The body holds something else than is expected.' });
  return parsed.data;
}

const uuid = z.uuid();
/** An id of a path; anything else than an id is the address of nothing. */
export function idOf(context: Context<WebEnv>, name = 'id'): string {
  const parsed = uuid.safeParse(context.req.param(name));
  if (!parsed.success) throw new HTTPException(404);
  return parsed.data;
}

export const email = z.string('Write an e-mail address.').trim().max(254, 'Write an e-mail address.').pipe(z.email('Write an e-mail address, such as you@example.org.'));
export const password = z.string('Write a password.').min(1, 'Write a password.').max(1_000, 'This password is too long.');
export const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
export const zone = timeZone;

const wanted = (least: number, most: number): string => `Write a whole number from ${least} to ${most}.`;
export const whole = (least: number, most: number): z.ZodType<number> =>
  z.string(wanted(least, most)).regex(/^[0-9]{1,9}$/, wanted(least, most)).transform(Number).pipe(z.number().min(least, wanted(least, most)).max(most, wanted(least, most)));
