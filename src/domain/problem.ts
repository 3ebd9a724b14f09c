import type { Gone, Paused } from './absence.ts'
import type { Before } from './baseline.ts'
import type { Choice } from './choice.ts'
import type { AccessChange, RecordedBy } from './access-rules.ts'
import type { Fault } from '../yaml/fault.ts'
import type { Instant } from './json.ts'
import type { OnCallFault } from './on-call.ts'
import type { EfCoreProblems } from './problem-efcore.ts'
import type { DownFault, NoticedProblems, UnfitReason } from './problem-noticed.ts'
import type { ServiceProblems } from './problem-service.ts'
import type { EndedSession, Session } from './session.ts'
import type { SqlError } from './sql-error.ts'

/**
 * Everything that can go wrong, be refused or be noticed, by code, with the facts its wording needs.
 * `views/problem/problem.ts` words each of them, and nothing else does. No row data, no secret, no server message.
 */
export interface Problems extends EfCoreProblems, NoticedProblems, ServiceProblems {
  // The target and its server
  'target-unset': { variable: string }
  'target-url-bad': { variable: string; why: UrlFault }
  'target-unreachable': { host: string; database: string; errno: string }
  'target-refused': { host: string; database: string; role: string; sqlstate: string; condition: string }
  'target-missing': { host: string; database: string }
  'target-is-ours': { database: string; host: string }
  'target-in-recovery': { host: string }
  'target-is-another': { differs: string[]; planned: string; found: string }
  'target-taken': { by: string }
  'target-through-pooler': { host: string }
  'server-too-old': { version: string; needs: string }
  'monitoring-missing': { role: string }
  'privilege-missing': { role: string; needs: string; why: PrivilegeUse }
  'fence-held': { pids: number[]; seconds: number }
  'session-lost': { host: string; during: string; errno: string }
  // The bot's own database
  /** `why`: an errno, or a SQLSTATE with its name; null: no embedded server runs. `cards`: of runs, the newest first. */
  'store-away': {
    store: { host: string; database: string } | { embeddedIn: string }
    why: string | null
    /** Where the card of a run is. */
    card: string
    cards: { file: string; at: Instant }[]
  }
  /** Embedded in a folder of another operating-system user, which this one may not read. */
  'store-unreadable': { folder: string; owner: string; user: string }
  /** A newer release has changed its schema: to version `found`, while this one knows it up to `known`. */
  'store-newer': { found: number; known: number }
  // SQL
  'sql-error': SqlError
  /**
   * `statement`: null where it is not known. `committed`: something was before it, or may have been; `last`: where the
   * history ends, null where it cannot be read.
   */
  'lock-timeout': {
    statement: string | null
    attempts: number
    seconds: number
    blockers: Session[]
    sqlstate: string
    committed?: { last: string | null }
  }
  'sql-syntax': { file: string; line: number; near: string }
  'statement-unfit': { file: string; line: number; statement: string; why: UnfitReason }
  'index-invalid': { index: string }
  // Migrations and their history
  'migrations-folder': { folder: string; errno: string }
  'migration-unknown': { migration: string; known: string[] }
  'migration-applied': { migration: string }
  'migration-not-applied': { migration: string }
  'migration-file-odd': { file: string; why: 'name' | 'no-up' | 'empty' }
  'migration-irreversible': { migration: string; why?: DownFault }
  'history-missing': { table: string }
  'history-twice': { tables: string[] }
  /** `others`: of the same name, for other migrations. */
  'history-beside': { table: string; others: string[] }
  'history-unlike': { expected: string; found: string }
  'history-out-of-order': { migration: string; after: string }
  'also-applies': { migrations: string[] }
  'also-reverts': { migrations: string[] }
  /** Rows of the history that the assembly does not know. */
  'history-unknown': { table: string; migrations: string[] }
  // Plans, approvals, requests
  'plan-stale': { plan: string; differs: Difference[] }
  'plan-under-way': { runbook: string; as: 'migrate' | 'rollback'; by: string | null; since: Instant | null }
  'plan-gone': { plan: string; because: 'discarded' | 'used' | 'replaced'; by: string | null }
  'plan-blocked': { plan: string; blockers: number }
  'plan-unknown': { plan: string; known: string[] }
  'plan-expired': { plan: string; at: Instant }
  'approvals-missing': { plan: string; missing: { says: string; role: string; people: number }[] }
  'approval-own': { plan: string; others: string[] }
  /** The same operating-system user, or login, has spoken as `person`. */
  'approval-same-account': {
    plan: string
    user: string
    host: string
    person: string
    as: 'planned' | 'approved'
  }
  'approval-again': { plan: string; at: Instant }
  'approval-not-yours': { plan: string; roles: string[]; people: string[]; untold?: Untold }
  'run-unknown': { run: string; known: string[] }
  'run-under-way': { run: string; runbook: string; by: string }
  /** `unlike`: somebody let users in although the database was not found to be as before. */
  'run-ended': { run: string; ending: string; at: Instant; unlike?: true }
  'run-past-admit': { run: string }
  /** It has migrated since somebody read what cancelling means. */
  'cancel-changed': { run: string }
  /** It is on its way back already. `asksAt`: the step at which it waits for an answer. */
  'run-goes-back': { run: string; by: string; asksAt: string | null }
  /** It is migrated, and there is no way down: it can only go on. */
  'run-cannot-go-back': { run: string }
  /** `none`: nothing was named, and there is nothing of any runbook. */
  'nothing-to-roll-back':
    | { runbook: string; why: 'never-ran' | 'not-applied' | 'already-back' }
    | { runbook: null; why: 'none' }
  'answered-already': { by: string; at: Instant; choice: Choice }
  /** `shown`: what each is called in the list, where one was shown. */
  'choice-unknown': { choice: string; choices: Choice[]; shown?: string[] }
  'gate-none': { run: string }
  /** Its runbook names nobody to call. */
  'escalation-none': { runbook: string }
  /** Nobody knows who is on call for a contact. */
  'on-call-unknown': { contact: string; why: OnCallFault }
  /** Nothing outside of Slack would wake anybody. `phones`: contacts that only people can call. */
  'pager-slack-only': { runbook: string; phones: string[] }
  'contact-gone': { contact: string; person: string; why: Gone }
  'contact-group-empty': { contact: string; group: string }
  /** They are pinged, and may not decide. */
  'contact-undecided': { contact: string; people: string[] }
  /** Notifications are paused then. `planned`: the moment is that of the schedule, otherwise it is now. */
  'contact-paused': { at: Instant; planned: boolean; paused: Paused[] }
  /** Somebody has just tried who can be reached. */
  'tested-lately': { runbook: string; by: string; at: Instant }
  // Who is told. `audiences`: those of the runbook that name it; the runbook's own channel is in none
  'audience-channel': {
    channel: string
    audiences: string[]
    state: 'not-in' | 'archived' | 'unknown' | 'shared'
  }
  'audience-group-empty': { group: string; audiences: string[] }
  'audience-gone': { person: string; audiences: string[]; why: Gone }
  /** No mail server is configured. */
  'audience-mail': { audiences: string[]; addresses: number }
  /** Nobody here can tell of these whether anybody is reached. */
  'audience-unseen': { channels: string[]; groups: string[] }
  // Times and schedules
  /** `part`: what of it is not understood, or the day that it is in truth. */
  'time-unread': { typed: string; why: TimeFault; part?: string }
  'time-past': { at: Instant }
  /** The clock goes forward over it. `readings`: what may be meant, the earlier one first, as it can be typed. */
  'time-skipped': { typed: string; zone: string; readings: string[] }
  /** The clock goes back over it: it comes twice. */
  'time-twice': { typed: string; zone: string; readings: string[] }
  'plan-missing': { runbook: string }
  /** Its approvals end before the window starts. */
  'plan-expires': { plan: string; at: Instant; start: Instant }
  'schedule-none': { runbook: string }
  /** Somebody else scheduled, moved or called it off meanwhile; null: Lockkeeper did. */
  'schedule-changed': { runbook: string; by: string | null }
  'schedule-runs': { runbook: string; run: string }
  /** Nobody waits for news: users are in, or nobody was told that they are out. */
  'news-unwanted': { run: string; because: 'users-in' | 'nobody-told' }
  /** People were told of another time than now. */
  'schedule-later': { runbook: string; start: Instant; told: number }
  'name-mistyped': { typed: string; name: string }
  'number-mistyped': { typed: string }
  'loss-larger': { accepted: number; counted: number }
  /** `does`: the command. */
  'not-allowed': { role: string; people: string[]; does: string; untold?: Untold }
  'person-refused': { why: 'stranger' | 'guest' | 'deleted' | 'bot' | 'other-workspace' | 'unknown' }
  /** None of the roles that may read. `people`: operators. */
  'reading-refused': { roles: string[]; people: string[]; untold?: Untold }
  'channel-refused': { why: 'shared' | 'unknown' }
  'terminal-user-unknown': { user: string; file: string }
  /** No bot has started yet. */
  'access-rules-missing': Record<never, never>
  'access-rules-differ': {
    file: string
    recorded: RecordedBy & { at: Instant }
    changes: AccessChange[]
  }
  /** A terminal's runbook is not as a bot reads it; null: no bot reads one of this name. */
  'runbook-differs': {
    runbook: string
    file: string
    differs: string[]
    recorded: { file: string; host: string; at: Instant } | null
  }
  'button-old': { command: string }
  'button-not-yours': { owner: string }
  'command-unknown': { typed: string; meant: string | null; commands: string[] }
  /** `besides`: what else has no such name, where that might have been meant. */
  'runbook-unknown': {
    typed: string
    meant: string | null
    known: string[]
    besides?: ('plan' | 'run')[]
  }
  'runbook-broken': { file: string; faults: Fault[] }
  'input-wrong': { command: string; faults: { field: string; why: string }[]; example: string }
  'no-worker': { since: Instant | null }
  // Steps of a run
  cancelled: { by: string }
  'backup-failed': { tool: string; exitCode: number | null; signal: string | null; reason: string }
  'backup-unreadable': {
    path: string
    why: 'checksum' | 'decompress' | 'restore-list' | 'tables'
    detail: string
  }
  /** `ended`: those that the step has ended before it failed. */
  'sessions-unended': { sessions: Session[]; why: 'not-permitted' | 'still-there'; ended?: EndedSession[] }
  'sessions-came-back': { sessions: Session[]; ended?: EndedSession[] }
  /** Let in before the close, and in no list yet. */
  'sessions-entering': { pids: number[]; seconds: number }
  'schema-unlike': { tables: string[]; differs: string[] }
  'deadline-near': { deadline: Instant; needsSeconds: number }
  'verification-failed': { failed: VerificationFault[] }
  'try-out-failed': SqlError
  /** `before`: of the release that was up before the window, where it was asked. */
  unhealthy: {
    service: string
    url: string
    saw: string
    attempts: number
    seconds: number
    before?: Before
  }
  'functional-failed': {
    failed: { name: string; expected: string; saw: string; before?: Before }[]
    passed: number
  }
  'debts-open': { what: string[] }
  bug: { reference: string }
  // Slack
  'slack-lacks': { method: string; costs: string }
  'slack-away': { errno: string; since: Instant }
  /** Slack does not take our token; `error` is its code, e.g. `invalid_auth`. */
  'slack-refused': { error: string }
  /** Over HTTP: where requests of Slack should come in, nobody lets us listen. */
  'port-refused': { port: number; errno: string }
}

/** User groups that have a role too, and why nobody here knows who is in them. */
export type Untold = { groups: string[]; why: 'no-slack' | 'no-answer' }

/**
 * `no-hour`: it names a day alone. `rest`: part of it is no time. `end`: that part names an end. `no-day`: the calendar has
 * no such day. `weekday`: the date is on another one. `zone`: clocks there do not show that then.
 */
export type TimeFault = 'nothing' | 'no-hour' | 'rest' | 'end' | 'no-day' | 'weekday' | 'zone'

/** `other-database`: the URL names another database than the runbook. */
export type UrlFault = 'not-a-url' | 'not-postgres' | 'other-database'

/**
 * What a privilege is for: reading the server's identity, closing, ending sessions, dumping, migrating, the try-out,
 * keeping what is lost, marking what is done of a migration, acting as the owner, writing the history's row.
 */
export type PrivilegeUse =
  | 'identity'
  | 'close'
  | 'end'
  | 'dump'
  | 'migrate'
  | 'try-out'
  | 'keep'
  | 'mark'
  | 'own'
  | 'record'

export type Difference = 'sql' | 'steps' | 'server' | 'schema' | 'history' | 'runbook'

export type { Fault, Gone }

export type VerificationFault = { check: string; expected: string; found: string }

export type ProblemCode = keyof Problems

/** A code with its facts, as one plain object that can be stored. */
export type Problem<C extends ProblemCode = ProblemCode> = { [P in C]: { code: P } & Problems[P] }[C]
