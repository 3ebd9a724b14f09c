import { byTag, redactIn, type OursIn } from '../redaction/by-type.ts'
import type { Redact } from '../redaction/redactor.ts'
import type { Outcome } from './outcome.ts'
import type { OutputFile } from './output.ts'
import type { Problem } from './problem.ts'
import type { Question } from './question.ts'
import type { Reached } from './reached.ts'
import type { TableShape } from './schema.ts'
import type { Session } from './session.ts'
import type { SqlError } from './sql-error.ts'
import type { Done, Kind, Progress } from './step.ts'

/** What names one session and one transaction: a person's answer is compared with it. */
const session: OursIn<Session> = {
  backendStart: 'ours',
  xactStart: 'ours',
  state: 'ours',
  stateSince: 'ours',
}

/** Names of the catalogue; a statement is a text. */
const sqlError: OursIn<SqlError> = {
  sqlstate: 'ours',
  condition: 'ours',
  schema: 'ours',
  table: 'ours',
  column: 'ours',
  constraint: 'ours',
  missing: { is: 'ours', name: 'ours', of: 'ours' },
}

const problem = byTag<Problem>()('code', {
  'answered-already': { at: 'ours', choice: 'ours' },
  'application-role-unfit': { why: 'ours' },
  'approval-not-yours': { untold: { why: 'ours' } },
  'approval-same-account': { as: 'ours' },
  'audience-channel': { state: 'ours' },
  'audience-gone': { why: 'ours' },
  'backup-without-roles': { missing: { why: 'ours' } },
  'backup-unreadable': { why: 'ours' },
  'bundle-unfit': { sqlstate: 'ours' },
  'channel-refused': { why: 'ours' },
  'choice-unknown': { choices: 'ours' },
  'constant-default': { table: 'ours', column: 'ours' },
  'contact-gone': { why: 'ours' },
  'deadline-near': { deadline: 'ours' },
  'dump-running': { since: 'ours' },
  'efcore-failed': { sqlstate: 'ours' },
  'lock-timeout': { blockers: session, sqlstate: 'ours', committed: { last: 'ours' } },
  'long-transaction': { sessions: session },
  'background-workers': { sessions: session },
  'migration-file-odd': { why: 'ours' },
  'migration-irreversible': { why: { unfit: 'ours' } },
  'news-unwanted': { because: 'ours' },
  'no-rollback': { why: { unfit: 'ours' } },
  'not-allowed': { untold: { why: 'ours' } },
  'nothing-to-roll-back': { why: 'ours' },
  'on-call-unknown': { why: { is: 'ours' } },
  'person-refused': { why: 'ours' },
  'plan-gone': { because: 'ours' },
  'plan-stale': { differs: 'ours' },
  'plan-under-way': { as: 'ours', since: 'ours' },
  'privilege-missing': { why: 'ours' },
  'program-changed': { by: 'ours' },
  'program-failed': { by: 'ours', last: 'ours' },
  'program-missing': { by: 'ours' },
  'reading-refused': { untold: { why: 'ours' } },
  'rows-in-the-way': { table: 'ours', fate: 'ours' },
  'runbook-unknown': { besides: 'ours' },
  'script-varies': { by: 'ours' },
  'service-failed': { doing: 'ours' },
  'sessions-came-back': { sessions: session },
  'sessions-open': { sessions: session },
  'sessions-unended': { sessions: session, why: 'ours' },
  'sql-error': sqlError,
  'statement-refused': { why: 'ours' },
  'statement-unfit': { why: 'ours' },
  'target-missing': { host: 'ours', database: 'ours' },
  'target-refused': { host: 'ours', database: 'ours', sqlstate: 'ours', condition: 'ours' },
  'target-unreachable': { host: 'ours', database: 'ours', errno: 'ours' },
  'target-url-bad': { why: 'ours' },
  'time-unread': { why: 'ours' },
  'try-out-failed': sqlError,
})

const question = byTag<Question>()('code', {
  'before-admit': { choices: 'ours', lapses: { at: 'ours', as: 'ours' } },
  'card-undelivered': { choices: 'ours', lapses: { at: 'ours', as: 'ours' } },
  'changed-meanwhile': { choices: 'ours', lapses: { at: 'ours', as: 'ours' } },
  'had-begun': { began: 'ours', choices: 'ours', lapses: { at: 'ours', as: 'ours' } },
  'loss-grew': { choices: 'ours', lapses: { at: 'ours', as: 'ours' } },
  'new-blockers': { problems: problem, choices: 'ours', lapses: { at: 'ours', as: 'ours' } },
  'sessions-left': {
    sessions: session,
    changed: session,
    choices: 'ours',
    lapses: { at: 'ours', as: 'ours' },
  },
  'step-failed': { problem, choices: 'ours', lapses: { at: 'ours', as: 'ours' } },
  'unexpected-state': {
    differences: { about: 'ours', what: 'ours' },
    notUndone: { about: 'ours', what: 'ours' },
    repeats: 'ours',
    choices: 'ours',
    lapses: { at: 'ours', as: 'ours' },
  },
})

/** Where a way back begins is read from these. */
const reached: OursIn<Reached> = { at: 'ours', between: 'ours', half: 'ours', unknown: 'ours' }

/** A path that people open; what is in the file is without secrets. */
const wrote: OursIn<OutputFile> = { file: 'ours' }

/** Verification compares these with the catalogue. */
const tableShape: OursIn<TableShape> = {
  name: 'ours',
  columns: { name: 'ours', type: 'ours', default: 'ours' },
  constraints: { name: 'ours', definition: 'ours' },
  indexes: { name: 'ours', definition: 'ours' },
  triggers: { name: 'ours', definition: 'ours' },
}

/** What later steps, a way back and the next process read of a step that is done. */
const done: { [K in Kind]: OursIn<Done[K]> } = {
  admit: {},
  backup: { backup: 'ours', path: 'ours', sha256: 'ours', lsn: 'ours', rolesMissing: { why: 'ours' } },
  // Compared with what the same check sees after the migration.
  baseline: { checks: { name: 'ours', saw: 'ours', at: 'ours' } },
  before: { counts: { table: 'ours' }, tables: tableShape, lastMigration: 'ours' },
  card: {},
  check: { checks: { findings: { level: 'ours', problem } }, at: 'ours' },
  claim: { identity: { systemIdentifier: 'ours', database: 'ours', host: 'ours' } },
  close: {},
  deadline: { deadline: 'ours' },
  drain: {},
  migrate: {
    move: { from: 'ours', to: 'ours' },
    by: 'ours',
    lsn: 'ours',
    saved: { table: 'ours' },
  },
  open: {},
  release: {},
  smoke: {},
  start: {},
  stop: {},
  verify: {},
}

/** An outcome without secrets, as it is recorded and shown. */
export const redactOutcome = (redact: Redact, kind: Kind, outcome: Outcome): Outcome =>
  redactIn(redact, outcome as Outcome<Done[Kind]>, oursInOutcome(kind))

const oursInOutcome = (kind: Kind): OursIn<Outcome<Done[Kind]>> =>
  byTag<Outcome<Done[Kind]>>()('status', {
    done: { facts: done[kind] as OursIn<Done[Kind]>, wrote },
    unneeded: { because: 'ours' },
    failed: { problem, reached, wrote },
    asks: { question, reached },
  })

export const redactProblem = (redact: Redact, found: Problem): Problem => redactIn(redact, found, problem)

export const redactProgress = (redact: Redact, progress: Progress): Progress =>
  redactIn(redact, progress, { unit: 'ours' })
