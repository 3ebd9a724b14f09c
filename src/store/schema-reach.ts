/** Whom an escalation reaches, as somebody tried it. */
export const reachTests = `
create table reach_test (
  id text primary key,
  runbook text not null,
  number int not null,
  body jsonb not null,
  started_by text not null,
  at timestamptz not null default now(),
  unique (runbook, number)
);
create table reach_answer (
  test text not null references reach_test,
  person text not null,
  at timestamptz not null default now(),
  primary key (test, person)
);
`
