/**
 * Who may do what, as bots recorded it, and how each request came. Nobody changes or removes what is recorded: the owner
 * of the tables could, by removing the trigger first.
 */
export const accessRules = `
create table access_rules (
  version bigint generated always as identity primary key,
  digest text not null,
  rules jsonb not null,
  recorded_at timestamptz not null default now(),
  recorded_by jsonb not null
);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger append_only before update or delete or truncate on access_rules
  for each statement execute function refuse_change();
create table access_channel (channel text primary key);
alter table standing add column version bigint;
alter table event add column via text, add column account jsonb;
alter table approval add column via text, add column account jsonb;
`

/** Runbooks as a bot reads them: those of a terminal are compared with it. */
export const runbooksAreRead = `create table runbook_read (name text primary key, file text not null, sections jsonb not null,
  host text not null, read_at timestamptz not null default now());`

/** How Slack calls people, for terminals. */
export const peopleHaveNames = 'create table person (id text primary key, name text not null);'
