/** What the pages are made of: handed in once, so that a test can hand in less. */
import type { HttpBindings } from '@hono/node-server';
import type { Accounts } from '../accounts/accounts.js';
import type { Visitor } from '../accounts/sessions.js';
import type { Truth, WhatIf } from '../checker/truth.js';
import type { Log } from '../operation/log.js';
import type { Metrics } from '../operation/metrics.js';
import type { Database } from '../storage/database.js';
import type { AlertDirection } from '../storage/rows.js';

/** What an alert waits for: the part of it that can be tried on the past. */
export interface Terms {
  symbol: string;
  direction: AlertDirection;
  thresholdPercent: number;
  checksInRow: number;
  pauseMinutes: number;
}

/** What the pages ask of the checker's side; all of it is answered from the database. */
export interface Engine {
  truth(symbol: string): Promise<Truth>;
  whatIf(terms: Terms): Promise<WhatIf>;
  truthOfAlert(alertId: string): Promise<{ fired: number; scored: number; right: number }>;
  /** Lists what a source knows by a text, where it does not know all its symbols beforehand. */
  search(text: string): Promise<void>;
  testAlert(userId: string, alertId: string): Promise<{ notificationId: string } | { reason: string }>;
}

/** Per cent: a network of the reduced size often foretells a few hundredths, and a demo in which nothing is told shows nothing. */
export const DEMO_THRESHOLD = 0.01;

export interface WebSettings {
  /** Addresses that people may use, the first one in links; others are refused. Empty when only this machine is answered. */
  origins: readonly string[];
  secure: boolean;
  trustedProxies: number;
  timeZone: string;
  /** Mails are shown on a page. */
  showMails: boolean;
  demo?: { email: string; password: string } | undefined;
  metricsToken?: string | undefined;
  /** Hosts of push services in one's own network. */
  pushHosts: readonly string[];
  vapidPublicKey: string;
}

export interface WebServices {
  settings: WebSettings;
  database: Database;
  accounts: Accounts;
  engine: Engine;
  log: Log;
  metrics: Metrics;
  /** How far the first training is, 0 to 1; undefined where another process does it. */
  progress(): number | undefined;
  /** Sentences on where prices and the list of symbols come from. */
  sourceNote: string;
  /** Work that an answer does not wait for; a graceful stop does. */
  background(what: string, work: () => Promise<void>): void;
}

export interface WebEnv {
  Bindings: HttpBindings;
  Variables: { visitor: Visitor | undefined; address: string; path: string };
}
