-- All ids are random, so that none can be guessed from another. Times of rows (created_at, due_at, sent_at …) are of the wall
-- clock; times of bars (bar_at, target_at, silent_until …) are of the market, whose clock runs faster where a replay is compressed.

create table settings (
  name text primary key,
  value jsonb not null
);

-- People ---------------------------------------------------------------------------------------------------------------

create table users (
  id uuid primary key default gen_random_uuid(),
  email text not null,
  password_hash text not null,
  time_zone text not null,
  created_at timestamptz not null default now()
);
create unique index users_email on users (lower(email));

create table sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  token_hash bytea not null unique,
  address text not null,
  agent text not null,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index sessions_user on sessions (user_id);

-- What a link in a mail allows, once: finish a sign-up, set a new password, change the address.
create table mail_tokens (
  token_hash bytea primary key,
  purpose text not null check (purpose in ('sign-up', 'reset', 'address')),
  user_id uuid references users on delete cascade,
  email text not null,
  time_zone text,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);

create table rate_limits (
  name text not null,
  key_hash bytea not null,
  opened_at timestamptz not null,
  count integer not null,
  primary key (name, key_hash)
);

-- The market -----------------------------------------------------------------------------------------------------------

create table symbols (
  symbol text primary key,
  name text not null,
  exchange text not null,
  source text not null,
  listed_at timestamptz not null default now(),
  -- What the last check found: 'open', 'closed', or why no prediction was made; the words are shown on the page.
  state text not null default 'new',
  reason text not null default '',
  checked_at timestamptz,
  fetched_at timestamptz
);

create table bars (
  symbol text not null references symbols on delete cascade,
  bar_size text not null,
  opens_at timestamptz not null,
  -- The close of the bar.
  bar_at timestamptz not null,
  open double precision not null,
  high double precision not null,
  low double precision not null,
  close double precision not null,
  volume double precision not null,
  fetched_at timestamptz not null default now(),
  primary key (symbol, bar_size, bar_at)
);

-- The network and what it said -----------------------------------------------------------------------------------------

-- By the digest of their bytes; shown to whom a notification or a prediction of theirs names them.
create table pictures (
  hash text primary key,
  media_type text not null,
  bytes bytea not null,
  created_at timestamptz not null default now()
);

create table networks (
  hash text primary key,
  -- null: one network for all symbols.
  symbol text references symbols on delete cascade,
  bar_size text not null,
  settings jsonb not null,
  scores jsonb not null,
  model bytea not null,
  trained_to timestamptz not null,
  state text not null check (state in ('running', 'retired', 'rejected')),
  created_at timestamptz not null default now()
);

create table predictions (
  id uuid primary key default gen_random_uuid(),
  symbol text not null references symbols on delete cascade,
  network_hash text not null references networks,
  bar_at timestamptz not null,
  target_at timestamptz not null,
  last_close double precision not null,
  raw_forecast double precision not null,
  forecast double precision not null,
  change_percent double precision not null,
  -- Gap, deviation, block it was fitted on, whether it was used.
  correction jsonb not null,
  words jsonb not null default '{}',
  picture_hash text references pictures,
  scale_hash text references pictures,
  actual_close double precision,
  scored_at timestamptz,
  created_at timestamptz not null default now(),
  unique (symbol, network_hash, bar_at)
);
create index predictions_unscored on predictions (symbol, target_at) where actual_close is null;
create index predictions_symbol on predictions (symbol, bar_at desc);

-- Predictions of networks that had not seen the bar, made at training.
create table walk_forward (
  network_hash text not null references networks on delete cascade,
  symbol text not null references symbols on delete cascade,
  bar_at timestamptz not null,
  target_at timestamptz not null,
  last_close double precision not null,
  raw_forecast double precision not null,
  forecast double precision not null,
  actual_close double precision not null,
  primary key (network_hash, symbol, bar_at)
);

-- Alerts ---------------------------------------------------------------------------------------------------------------

create table alerts (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  symbol text not null references symbols on delete cascade,
  direction text not null check (direction in ('surge', 'plunge', 'both')),
  threshold_percent double precision not null check (threshold_percent > 0),
  checks_in_row integer not null check (checks_in_row between 1 and 20),
  pause_minutes integer not null check (pause_minutes between 0 and 43200),
  -- Minutes after midnight in the user's time zone; from > to spans midnight; equal: all day.
  active_from integer not null check (active_from between 0 and 1439),
  active_to integer not null check (active_to between 0 and 1439),
  paused boolean not null default false,
  hits_in_row integer not null default 0,
  decided_bar_at timestamptz,
  decisions integer not null default 0,
  silent_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index alerts_user on alerts (user_id);
create index alerts_symbol on alerts (symbol) where not paused;

create table notifications (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  alert_id uuid references alerts on delete set null,
  prediction_id uuid references predictions on delete set null,
  symbol text not null,
  direction text not null check (direction in ('surge', 'plunge')),
  threshold_percent double precision not null,
  change_percent double precision not null,
  last_close double precision not null,
  forecast double precision not null,
  bar_at timestamptz not null,
  target_at timestamptz not null,
  words jsonb not null,
  picture_hash text references pictures,
  scale_hash text references pictures,
  test boolean not null default false,
  created_at timestamptz not null default now(),
  read_at timestamptz
);
create index notifications_user on notifications (user_id, created_at desc);
create index notifications_pictures on notifications (picture_hash, user_id);
create unique index notifications_once on notifications (alert_id, bar_at) where not test;

-- Deliveries -----------------------------------------------------------------------------------------------------------

-- A subscription belongs to the session that made it and ends with it: logged out, a device is told nothing more.
create table push_subscriptions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users on delete cascade,
  session_id uuid not null references sessions on delete cascade,
  endpoint text not null unique,
  p256dh text not null,
  auth text not null,
  resting_until timestamptz,
  failures integer not null default 0,
  created_at timestamptz not null default now()
);
create index push_subscriptions_user on push_subscriptions (user_id);

create table outbox (
  id uuid primary key default gen_random_uuid(),
  kind text not null check (kind in ('push', 'mail')),
  user_id uuid references users on delete cascade,
  notification_id uuid references notifications on delete cascade,
  subscription_id uuid references push_subscriptions on delete cascade,
  -- Push: the message's topic, so that a second delivery replaces the first. Mail: its Message-ID.
  topic text not null,
  payload jsonb not null,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  -- Taken times that ran out without an answer: the message may have been sent.
  lost integer not null default 0,
  taken_until timestamptz,
  sent_at timestamptz,
  gave_up_at timestamptz,
  problem text,
  unique (notification_id, subscription_id)
);
create index outbox_due on outbox (due_at) where sent_at is null and gave_up_at is null;

create table checks (
  id uuid primary key default gen_random_uuid(),
  market_at timestamptz not null,
  symbols integer not null,
  predictions integer not null,
  hits integer not null,
  problems jsonb not null,
  started_at timestamptz not null,
  finished_at timestamptz not null default now()
);
create index checks_finished on checks (finished_at desc);
