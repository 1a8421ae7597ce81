/** What the frame of a page shows about whoever looks at it. */
import type { Context } from 'hono';
import { only } from '../../storage/database.js';
import type { Frame } from '../pages/layout.js';
import type { WebEnv, WebServices } from '../services.js';

export async function frameOf(context: Context<WebEnv>, { database, settings }: WebServices): Promise<Frame> {
  const visitor = context.get('visitor');
  const unread = visitor ? await unreadOf(database, visitor.userId) : undefined;
  return { visitor, unread, path: context.req.path, showMails: settings.showMails };
}

export const unreadOf = async (database: WebServices['database'], userId: string): Promise<number> =>
  only(await database.query<{ n: number }>('select count(*)::int as n from notifications where user_id = $1 and read_at is null', [userId])).n;
