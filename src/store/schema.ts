import { accessRules, peopleHaveNames, runbooksAreRead } from './schema-access.ts'
import { plansHaveOutlines } from './schema-outline.ts'
import { reachTests } from './schema-reach.ts'

/**
 * The bot's own tables, all in schema `lockkeeper`. Nothing of a target's data is ever in them.
 * Two rules carry the guarantees: one unfinished run a target (`one_run_a_target`), and a gate takes one answer.
 */
const tables = `
create table plan (
  id text primary key,
  kind text not null,
  runbook text not null,
  target text not null,
  digest text not null,
  body jsonb not null,
  author text not null,
  made_at timestamptz not null default now(),
  closed_at timestamptz,
  closed_because text check (closed_because in ('discarded', 'used', 'replaced')),
  closed_by text
);
create index plan_of_runbook on plan (runbook, made_at desc);

create table approval (
  plan text not null references plan,
  person text not null,
  says text not null,
  role text not null,
  digest text not null,
  at timestamptz not null default now(),
  primary key (plan, person)
);

create table run (
  id text primary key,
  plan text not null references plan,
  kind text not null,
  runbook text not null,
  target text not null,
  started_by text not null,
  started_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  window_began timestamptz,
  deadline timestamptz,
  cancel_by text,
  cancel_as text,
  fence int not null default 0,
  version int not null default 0,
  ended_at timestamptz,
  ending text
);
create unique index one_run_a_target on run (target) where ended_at is null and kind <> 'watch';
create index run_of_runbook on run (runbook, started_at desc);

create table attempt (
  run text not null references run,
  step text not null,
  attempt int not null,
  lives int not null default 1,
  began_at timestamptz not null default now(),
  ended_at timestamptz,
  outcome jsonb,
  progress jsonb,
  primary key (run, step, attempt)
);

create table gate (
  id text primary key,
  run text not null references run,
  step text not null,
  attempt int not null,
  question jsonb not null,
  opened_at timestamptz not null default now(),
  lapses_at timestamptz,
  lapses_as text,
  answer jsonb,
  answered_at timestamptz,
  left_by text
);
create index gate_open on gate (run) where answer is null;

create table event (
  seq bigint generated always as identity primary key,
  at timestamptz not null default now(),
  by text not null,
  run text references run,
  plan text references plan,
  key text not null unique,
  body jsonb not null,
  delivered boolean not null default false
);
create index event_undelivered on event (seq) where not delivered;
create index event_of_run on event (run, seq);

create table debt (
  target text not null,
  what text not null,
  run text not null references run,
  owes text not null,
  was jsonb not null,
  planned_at timestamptz not null default now(),
  taken_at timestamptz,
  settled_at timestamptz,
  primary key (run, what)
);
create unique index one_debt_a_thing on debt (target, what) where taken_at is not null and settled_at is null;

create table backup (
  id text primary key,
  target text not null,
  runbook text not null,
  run text references run,
  body jsonb not null,
  made_at timestamptz not null default now(),
  forgotten_at timestamptz
);

create table standing (
  person text not null,
  role text not null,
  until timestamptz not null,
  primary key (person, role)
);

create table delivery (
  key text primary key,
  seq bigint generated always as identity,
  lane text not null,
  urgent boolean not null default false,
  to_address jsonb not null,
  shows jsonb not null,
  sends text not null default 'message' check (sends in ('message', 'files')),
  state text not null default 'due' check (state in ('due', 'sending', 'unsure', 'sent', 'refused')),
  made_at timestamptz not null default now(),
  due_at timestamptz not null default now(),
  begun_at timestamptz,
  attempts int not null default 0,
  sent_as jsonb,
  wanted int not null default 1,
  shown int not null default 0,
  shown_state text,
  shown_at timestamptz,
  pin boolean,
  pinned boolean not null default false,
  error text
);
create index delivery_due on delivery (lane, urgent desc, seq) where state in ('due', 'sending', 'unsure');
create index delivery_stale on delivery (shown_at) where state = 'sent' and wanted > shown;

create table button (
  nonce text primary key,
  delivery text not null,
  command text not null,
  input jsonb not null,
  input_digest text not null,
  person text,
  options jsonb,
  made_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz,
  used_by text
);
create unique index button_of_message on button (delivery, command, input_digest, coalesce(person, ''));
create index button_expired on button (expires_at);

create table seen (
  id text primary key,
  at timestamptz not null default now()
);
create index seen_before on seen (at);
`

/** Until then every cancel that had to wait counted as Slack's. */
const cancelsKnowTheirWay = `
alter table run add column cancel_via text;
update run set cancel_via = 'slack' where cancel_by is not null;
`

/** Questions that are open when this is installed call people from then on. */
const alarms = `
alter table run add column held_by text, add column held_since timestamptz, add column held_until timestamptz;
create table alarm (
  id text primary key,
  run text not null references run,
  cause jsonb not null,
  critical boolean not null default false,
  opened_at timestamptz not null default now(),
  since timestamptz not null default now(),
  pinged int[] not null default '{}',
  closed_at timestamptz
);
create index alarm_open on alarm (run) where closed_at is null;
insert into alarm (id, run, cause)
  select id, run, jsonb_build_object('is', 'gate', 'gate', id) from gate where answer is null;
`

/** What is to run when, and who is told of it. */
const schedules = `
create table schedule (
  id text primary key,
  runbook text not null,
  body jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  moves int not null default 0,
  scheduled_by text not null,
  made_at timestamptz not null default now(),
  ahead boolean not null default true,
  run text references run,
  news_at timestamptz,
  marks text[] not null default '{}',
  look_at timestamptz not null default now(),
  over_as text check (over_as in ('done', 'unchanged', 'called-off', 'missed')),
  over_at timestamptz,
  over_by text,
  over_reason text
);
create unique index one_schedule_a_runbook on schedule (runbook) where over_at is null;
create index schedule_look on schedule (look_at) where over_at is null;
create table notice (
  id text primary key,
  schedule text not null references schedule,
  place int,
  about jsonb not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  due_at timestamptz not null,
  at timestamptz,
  withheld text,
  told jsonb not null default '[]',
  untold text[] not null default '{}'
);
create index notice_of_schedule on notice (schedule, due_at);
`

/** What one reader was told, and is to be told: asked for each message. */
const noticesOfReaders = `create index delivery_of_notice on delivery (to_address) where shows ? 'notice';`

/** What keys begin with is found by their index; from PostgreSQL 15 on, which looks so for it in this collation alone. */
const keysInOrder = `alter table delivery alter column key type text collate "C";`

/** What users were told: before that, nothing of theirs is stopped. */
const runsAreOnTime = 'alter table run add column not_before timestamptz;'

/** People may let users in although nobody knows whether the change was made. */
const schedulesMayBeUnsure = `
alter table schedule drop constraint schedule_over_as_check;
alter table schedule add check (over_as in ('done', 'unchanged', 'unsure', 'called-off', 'missed'));
`

/** The newest look at the cause of an open question. */
const causesAreLookedAt = 'alter table gate add column looked jsonb;'

/**
 * `waits_since`: Slack refuses it for what people can mend, since then. `twice`: it was sent with the mark that it may
 * appear twice, and shows it.
 */
const deliveriesWait = `
alter table delivery add column waits_since timestamptz;
alter table delivery add column twice boolean not null default false;
create index delivery_waits on delivery (lane, seq) where waits_since is not null;
`

/** How a run was left that somebody ended as it is. */
const runsAreLeft = 'alter table run add column left_as jsonb;'

/** One change of the schema. */
export interface SchemaChange {
  sql: string
  /**
   * Whether a release without it works wrongly on a store that has it: a column that it has to fill in, a value that it
   * cannot read, a rule that it does not follow. A new index, table or column with a default breaks nothing.
   */
  breaksOlderReleases: boolean
}

const compatible = (sql: string): SchemaChange => ({ sql, breaksOlderReleases: false })
const breaking = (sql: string): SchemaChange => ({ sql, breaksOlderReleases: true })

/** What leads from an empty schema to the present one, in this order. Stores exist: changes are added, never edited. */
export const changes: readonly SchemaChange[] = [
  breaking(tables),
  compatible(cancelsKnowTheirWay),
  breaking(alarms),
  breaking(schedules),
  compatible(reachTests),
  compatible(noticesOfReaders),
  compatible(keysInOrder),
  breaking(runsAreOnTime),
  breaking(schedulesMayBeUnsure),
  compatible(causesAreLookedAt),
  breaking(accessRules),
  compatible(deliveriesWait),
  compatible(peopleHaveNames),
  compatible(runbooksAreRead),
  breaking(runsAreLeft),
  compatible(plansHaveOutlines),
]
