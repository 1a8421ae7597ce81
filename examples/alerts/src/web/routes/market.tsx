/** Routes of symbols and notifications. Every question about something of a user's names the user: an id alone opens nothing. */
import type { Context, Hono } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { z } from 'zod';
import { only } from '../../storage/database.js';
import type { AlertRow, BarRow, PictureRow, PredictionRow, SymbolRow } from '../../storage/rows.js';
import { fieldsOf, idOf } from '../http/forms.js';
import { visitorIn } from '../http/visitors.js';
import { moment, part } from '../http/words.js';
import type { Told } from '../pages/notifications.js';
import { NotificationView, Notifications } from '../pages/notifications.js';
import type { Listed } from '../pages/symbols.js';
import { SymbolView, Symbols } from '../pages/symbols.js';
import type { WebEnv, WebServices } from '../services.js';
import { frameOf } from './frame.js';

/** Rows of a list. */
const FOUND = 50;
const TOLD = 50;
/** Days on a symbol's page. */
const DAYS = 10;

const SYMBOL = /^[A-Za-z0-9^.=_-]{1,32}$/;
const HASH = /^[0-9a-f]{16,64}$/;

export async function symbolBy(database: WebServices['database'], name: string): Promise<SymbolRow | undefined> {
  if (!SYMBOL.test(name)) return undefined;
  return (await database.query<SymbolRow>('select * from symbols where symbol = $1', [name]))[0];
}

export function symbolRoutes(app: Hono<WebEnv>, services: WebServices): void {
  const { database, engine, sourceNote } = services;

  app.get('/symbols', async (context) => {
    const { timeZone } = visitorIn(context);
    const query = (fieldsOf(new URL(context.req.url).search).q ?? '').trim().slice(0, 60);
    if (query !== '') await engine.search(query);
    const pattern = `%${query.replace(/[\\%_]/g, '\\$&')}%`;
    const found = await database.query<Listed>(
      `select s.*, b.close, b.bar_at from symbols s
       left join lateral (select close, bar_at from bars where symbol = s.symbol order by bar_at desc limit 1) b on true
       where s.symbol ilike $1 or s.name ilike $1 order by lower(s.symbol) = lower($2) desc, s.symbol limit ${FOUND}`, [pattern, query],
    );
    const [{ total } = { total: 0 }] = await database.query<{ total: number }>('select count(*)::int as total from symbols');
    return context.html(<Symbols frame={await frameOf(context, services)} query={query} found={found} total={total} sourceNote={sourceNote} timeZone={timeZone} />);
  });

  app.get('/symbols/:symbol', async (context) => {
    const { userId, timeZone } = visitorIn(context);
    const symbol = await symbolBy(database, context.req.param('symbol'));
    if (!symbol) return context.notFound();
    const bars = await database.query<BarRow>(
      `select * from bars where symbol = $1 and bar_at >= (
         select min(day) from (select distinct date_trunc('day', bar_at, 'America/New_York') as day from bars where symbol = $1 order by day desc limit ${DAYS}) days
       ) order by bar_at`, [symbol.symbol],
    );
    const [prediction] = await database.query<PredictionRow>('select * from predictions where symbol = $1 order by bar_at desc, created_at desc limit 1', [symbol.symbol]);
    const alerts = await database.query<AlertRow>('select * from alerts where user_id = $1 and symbol = $2 order by created_at', [userId, symbol.symbol]);
    return context.html(
      <SymbolView frame={await frameOf(context, services)} symbol={symbol} bars={bars} prediction={prediction} truth={await engine.truth(symbol.symbol)} alerts={alerts} timeZone={timeZone} sourceNote={sourceNote} />,
    );
  });
}

const TELL = `select n.*, p.actual_close from notifications n left join predictions p on p.id = n.prediction_id`;

export function notificationRoutes(app: Hono<WebEnv>, services: WebServices): void {
  const { database } = services;

  /** When the checker last worked, so that a silent page can be told from a dead service. */
  async function checkNote(timeZone: string): Promise<string> {
    const { trained } = only(await database.query<{ trained: boolean }>(`select exists (select 1 from networks where state = 'running') as trained`));
    const share = services.progress();
    if (!trained) return `The network is being trained${share === undefined ? '' : `: ${part(share)} is done`}. Alerts are asked once it is.`;
    const [last] = await database.query<{ market_at: Date; finished_at: Date }>('select market_at, finished_at from checks order by finished_at desc limit 1');
    return last ? `Last check at ${moment(last.finished_at, timeZone)}, of prices as of ${moment(last.market_at, timeZone)}.` : 'No check yet.';
  }

  app.get('/notifications', async (context) => {
    const { userId, timeZone } = visitorIn(context);
    const before = fieldsOf(new URL(context.req.url).search).before;
    if (before !== undefined && !z.uuid().safeParse(before).success) throw new HTTPException(400, { message: 'This is no notification.' });
    const older = before === undefined ? '' : 'and (n.created_at, n.id) < (select created_at, id from notifications where id = $2 and user_id = $1)';
    const told = await database.query<Told>(`${TELL} where n.user_id = $1 ${older} order by n.created_at desc, n.id desc limit ${TOLD + 1}`, before === undefined ? [userId] : [userId, before]);
    const shown = told.slice(0, TOLD);
    const more = told.length > TOLD ? `/notifications?before=${shown.at(-1)?.id ?? ''}` : undefined;
    const { alerts } = only(await database.query<{ alerts: number }>('select count(*)::int as alerts from alerts where user_id = $1 and not paused', [userId]));
    return context.html(<Notifications frame={await frameOf(context, services)} told={shown} more={more} timeZone={timeZone} checkNote={await checkNote(timeZone)} alerts={alerts} sourceNote={services.sourceNote} />);
  });

  app.post('/notifications/read-all', async (context) => {
    await database.query('update notifications set read_at = now() where user_id = $1 and read_at is null', [visitorIn(context).userId]);
    return context.redirect('/notifications', 303);
  });

  app.get('/notifications/:id', async (context) => {
    const { userId, timeZone } = visitorIn(context);
    const [told] = await database.query<Told>(`${TELL} where n.id = $1 and n.user_id = $2`, [idOf(context), userId]);
    if (!told) return context.notFound();
    await database.query('update notifications set read_at = now() where id = $1 and read_at is null', [told.id]);
    return context.html(<NotificationView frame={await frameOf(context, services)} told={told} timeZone={timeZone} sourceNote={services.sourceNote} />);
  });

  app.get('/pictures/:hash', async (context: Context<WebEnv>) => {
    const hash = context.req.param('hash') ?? '';
    if (!HASH.test(hash)) return context.notFound();
    const [picture] = await database.query<PictureRow>(
      'select p.* from pictures p where p.hash = $1 and exists (select 1 from notifications n where n.user_id = $2 and (n.picture_hash = p.hash or n.scale_hash = p.hash))', [hash, visitorIn(context).userId],
    );
    if (!picture) return context.notFound();
    // What a hash names never changes, and a shared cache must not keep it.
    return context.body(Uint8Array.from(picture.bytes), 200, { 'Content-Type': picture.media_type, 'Cache-Control': 'private, max-age=31536000, immutable' });
  });
}
