/** First training and the nightly one: a new network takes the place of the running one only if it was not worse on the last weeks. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bar } from '../data/bar.js';
import { DAY, SourceError } from '../data/barSource.js';
import type { BarSource } from '../data/barSource.js';
import { soundHistory } from '../data/sanity.js';
import type { Database, Queries } from '../storage/database.js';
import { WINDOW } from './network.js';
import { barSizeOf, keepNetwork, runningNetworks } from './store.js';
import { trainInThread } from './train.js';
import { beganAt, isDone, markDone } from './unfinished.js';
import { TRAINING } from './walkForward.js';
import type { Progress, Trained, TrainingSize } from './walkForward.js';

/** Sessions of the comparison. */
const WEEKS = 20;
const DAY_MS = 86_400_000;
/** Batches after which an unfinished training is saved. */
export const SAVED_EVERY = 20;

export interface TrainingPlan {
  readonly full: boolean;
  readonly seed: number;
  /** One network a symbol instead of one for all. */
  readonly each: boolean;
  /** What training sees, where it is not what `full` says. */
  readonly size?: Partial<TrainingSize> | undefined;
  /** Folder of an unfinished training, which goes on where it is. */
  readonly keep?: string | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TrainingReport {
  readonly symbol: string | null;
  readonly hash: string;
  readonly state: 'running' | 'rejected';
  readonly seconds: number;
  /** Mean absolute errors over the last weeks, per cent, where a network ran before. */
  readonly compared?: { readonly bars: number; readonly running: number; readonly candidate: number };
}

/** What a network may learn from: bars that close by `now`. Symbols without enough sound bars are left out. */
async function histories(db: Queries, source: BarSource, now: number, signal?: AbortSignal): Promise<Map<string, readonly Bar[]>> {
  const listed = await db.query<{ symbol: string }>('select symbol from symbols where source = $1 order by symbol', [source.name]);
  // Yahoo's hourly bars reach back 730 days.
  const from = now - (source.barMinutes === DAY ? 2200 : 725) * DAY_MS;
  const found = new Map<string, readonly Bar[]>();
  for (const { symbol } of listed) {
    try {
      const bars = soundHistory(await source.bars(symbol, from, now, signal));
      if (bars.length > 2 * WINDOW) found.set(symbol, bars);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    }
  }
  return found;
}

/** Trains what the plan says, compares, stores. @param now time of the service. */
export async function retrain(db: Database, source: BarSource, now: number, plan: TrainingPlan): Promise<TrainingReport[]> {
  const all = await histories(db, source, plan.keep === undefined ? now : await beganAt(plan.keep, now), plan.signal);
  if (all.size === 0) throw new SourceError('No symbol has bars enough to train a network on.');
  const parts = plan.each ? [...all].map(([symbol, bars]) => ({ symbol, bars: new Map([[symbol, bars]]) })) : [{ symbol: null, bars: all }];
  const barSize = barSizeOf(source.barMinutes);
  const reports: TrainingReport[] = [];
  for (const [i, { symbol, bars }] of parts.entries()) {
    const folder = plan.keep && join(plan.keep, `of-${encodeURIComponent(symbol ?? 'all')}`);
    if (folder !== undefined && await isDone(folder)) continue;
    const size: TrainingSize = { ...TRAINING[plan.full ? 'full' : 'reduced'], ...plan.size };
    // Networks of one symbol share the time that one for all would take.
    const first = parts.length === 1 ? size.first : Math.max(Math.min(320, size.first), Math.round(size.first / parts.length));
    const trained = await trainInThread(
      bars, { ...size, first, full: plan.full, seed: plan.seed, barMinutes: source.barMinutes, keep: folder === undefined ? undefined : { folder, everyBatches: SAVED_EVERY } },
      (share, what) => plan.progress?.((i + share) / parts.length, symbol === null ? what : `${symbol}: ${what}`), plan.signal,
    );
    const before = (await runningNetworks(db, barSize)).find((each) => each.symbol === symbol);
    const compared = before && await compare(db, before.hash, trained);
    const state = compared && compared.candidate > compared.running ? 'rejected' : 'running';
    const blocks = [...new Set(trained.walk.map(({ by }) => by))];
    await keepNetwork(db, trained, { symbol, barSize, full: plan.full, state, scores: { compared: compared ?? null, forerunners: blocks, walked: trained.walk.length } });
    if (folder !== undefined) await markDone(folder);
    reports.push({ symbol, hash: trained.hash, state, seconds: trained.seconds, ...(compared && { compared }) });
  }
  if (plan.keep !== undefined) await rm(plan.keep, { recursive: true, force: true });
  return reports;
}

/**
 * Errors over the last weeks: of the running network as it foretold them, before they came; of the new one as its forerunners did, which had not seen them.
 * Undefined where there is no bar that both foretold.
 */
async function compare(db: Queries, running: string, candidate: Trained): Promise<TrainingReport['compared']> {
  const days = [...new Set(candidate.walk.map(({ barAt }) => barAt))].sort((a, b) => a - b);
  const since = (days.at(-1) ?? 0) - Math.ceil(WEEKS * 1.45) * DAY_MS;
  const rows = await db.query<{ symbol: string; bar_at: Date; raw: number }>(
    `select symbol, bar_at, raw_forecast as raw from walk_forward where network_hash = $1 and bar_at >= $2
     union all select symbol, bar_at, raw_forecast from predictions where network_hash = $1 and bar_at >= $2`, [running, new Date(since)],
  );
  const foretold = new Map(rows.map(({ symbol, bar_at, raw }) => [`${symbol} ${bar_at.getTime()}`, raw]));
  let [bars, own, other] = [0, 0, 0];
  for (const { symbol, barAt, lastClose, forecast, actual } of candidate.walk) {
    const raw = foretold.get(`${symbol} ${barAt}`);
    if (raw === undefined || barAt < since) continue;
    bars++;
    own += (100 * Math.abs(10 ** forecast - actual)) / lastClose;
    other += (100 * Math.abs(raw - actual)) / lastClose;
  }
  return bars === 0 ? undefined : { bars, running: other / bars, candidate: own / bars };
}
