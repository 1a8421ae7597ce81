/** Rows of the tables as they come out of the database; migrations/ says what each column means. */

export type Direction = 'surge' | 'plunge';
export type AlertDirection = Direction | 'both';

export interface UserRow { id: string; email: string; password_hash: string; time_zone: string; created_at: Date }

export interface SessionRow { id: string; user_id: string; address: string; agent: string; created_at: Date; seen_at: Date; expires_at: Date }

export interface SymbolRow {
  symbol: string; name: string; exchange: string; source: string; listed_at: Date;
  state: string; reason: string; checked_at: Date | null; fetched_at: Date | null;
}

export interface BarRow { symbol: string; bar_size: string; opens_at: Date; bar_at: Date; open: number; high: number; low: number; close: number; volume: number; fetched_at: Date }

export interface NetworkRow {
  hash: string; symbol: string | null; bar_size: string; settings: unknown; scores: unknown; model: Uint8Array; trained_to: Date;
  state: 'running' | 'retired' | 'rejected'; created_at: Date;
}

export interface PredictionRow {
  id: string; symbol: string; network_hash: string; bar_at: Date; target_at: Date; last_close: number; raw_forecast: number; forecast: number;
  change_percent: number; correction: unknown; words: Partial<NotificationWords>; picture_hash: string | null; scale_hash: string | null;
  actual_close: number | null; scored_at: Date | null; created_at: Date;
}

export interface WalkForwardRow { network_hash: string; symbol: string; bar_at: Date; target_at: Date; last_close: number; raw_forecast: number; forecast: number; actual_close: number }

export interface AlertRow {
  id: string; user_id: string; symbol: string; direction: AlertDirection; threshold_percent: number; checks_in_row: number; pause_minutes: number;
  active_from: number; active_to: number; paused: boolean; hits_in_row: number; decided_bar_at: Date | null; decisions: number; silent_until: Date | null;
  created_at: Date; updated_at: Date;
}

/** What a notification says in words: `explanation` is a list of sentences. */
export interface NotificationWords { title: string; summary: string; explanation: string[] }

export interface NotificationRow {
  id: string; user_id: string; alert_id: string | null; prediction_id: string | null; symbol: string; direction: Direction; threshold_percent: number;
  change_percent: number; last_close: number; forecast: number; bar_at: Date; target_at: Date; words: NotificationWords;
  picture_hash: string | null; scale_hash: string | null; test: boolean; created_at: Date; read_at: Date | null;
}

export interface PictureRow { hash: string; media_type: string; bytes: Uint8Array; created_at: Date }

export interface PushSubscriptionRow { id: string; user_id: string; session_id: string; endpoint: string; p256dh: string; auth: string;
  resting_until: Date | null; failures: number; created_at: Date }

/** What is put on the wire; the push payload is read by the service worker. */
export interface PushPayload { title: string; body: string; url: string; tag: string }
export interface MailPayload { to: string; subject: string; text: string }

export interface OutboxRow {
  id: string; kind: 'push' | 'mail'; user_id: string | null; notification_id: string | null; subscription_id: string | null; topic: string;
  payload: PushPayload | MailPayload; attempts: number; created_at: Date; due_at: Date; lost: number; taken_until: Date | null; taken_by: string | null; called_at: Date | null;
  sent_at: Date | null; gave_up_at: Date | null; problem: string | null;
}
