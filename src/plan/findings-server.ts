import type { Finding } from '../domain/finding.ts'
import {
  autovacuumYields,
  eventTriggers,
  inactiveSlots,
  logicalSlots,
  longTransactions,
  preparedTransactions,
  replicaLags,
  rowTriggers,
  runningDumps,
  superuserLogins,
  synchronousStandbys,
  wraparoundVacuums,
} from '../adapters/postgres/facts.ts'
import { sortOf } from '../domain/session.ts'
import { blocker, note, warning, type Looked } from './looked.ts'

/** Seconds after which a transaction is one that a lock would wait for. */
const longTransaction = 5

/** Bytes: one segment of the write-ahead log; less is what a healthy standby is behind all the time. */
const replicaIsBehind = 16 * 1024 * 1024

/** The target runs on a server that the migration is made for. */
export function version({ serverVersion, runbook }: Looked): Finding[] {
  const needs = runbook.target.minimumVersion
  return Number.parseInt(serverVersion, 10) >= needs
    ? []
    : [blocker({ code: 'server-too-old', version: serverVersion, needs: String(needs) })]
}

/** Who else is there. They leave, or are asked about, in drain: here they are only named. */
export function otherSessions({ sessions, runbook }: Looked): Finding[] {
  const others = (sessions ?? []).filter(({ role }) => role !== runbook.target.application.role)
  return others.length > 0 ? [note({ code: 'sessions-open', sessions: others })] : []
}

/** An extension's, or a subscription's: what ends them begins them again, so the drain would wait for them for ever. */
export function backgroundWorkers({ sessions }: Pick<Looked, 'sessions'>): Finding[] {
  const workers = (sessions ?? []).filter((each) => ['background', 'subscription'].includes(sortOf(each)))
  return workers.length > 0 ? [warning({ code: 'background-workers', sessions: workers })] : []
}

/** One idle transaction stalls a migration, and every reader queues behind it. */
export async function openTransactions({ client }: Looked, olderThan = longTransaction): Promise<Finding[]> {
  const sessions = await longTransactions(client, olderThan)
  return sessions.length > 0 ? [warning({ code: 'long-transaction', sessions })] : []
}

/** They hold locks without any session: nothing can be ended, and no count of sessions shows them. */
export async function preparedTransactionsOpen({ client }: Looked): Promise<Finding[]> {
  const transactions = await preparedTransactions(client)
  return transactions.length > 0 ? [blocker({ code: 'prepared-transactions', transactions })] : []
}

/** A dump conflicts with the lock on the history table, and one that is killed looks complete. */
export async function dumps({ client }: Looked): Promise<Finding[]> {
  return (await runningDumps(client)).map((dump) => blocker({ code: 'dump-running', ...dump }))
}

/** It does not give way to a migration as other vacuums do. */
export async function wraparound({ client, touched }: Looked): Promise<Finding[]> {
  return (await wraparoundVacuums(client, touched)).map((vacuum) =>
    blocker({ code: 'wraparound-vacuum', ...vacuum }),
  )
}

/** A statement that gives up sooner never gets past an autovacuum of its table. */
export async function autovacuum({ client, runbook, touched }: Looked): Promise<Finding[]> {
  const { lockTimeout } = runbook.window
  const deadlockTimeout = touched.length ? await autovacuumYields(client) : null
  return deadlockTimeout === null || lockTimeout > deadlockTimeout
    ? []
    : [warning({ code: 'lock-timeout-short', lockTimeout, deadlockTimeout })]
}

export async function replicas({ client }: Looked): Promise<Finding[]> {
  const behind = (await replicaLags(client)).filter((replica) => replica.bytes > replicaIsBehind)
  return behind.map((replica) => warning({ code: 'replica-lag', ...replica }))
}

export async function unusedSlots({ client }: Looked): Promise<Finding[]> {
  return (await inactiveSlots(client)).map((slot) => warning({ code: 'replication-slot-inactive', ...slot }))
}

/** A subscriber stops at the first row of a column that it lacks, while its slot keeps the log. */
export async function subscribers({ client }: Looked): Promise<Finding[]> {
  const slots = await logicalSlots(client)
  return slots.length > 0 ? [blocker({ code: 'logical-subscriber', slots })] : []
}

/** A commit that waits for a standby is done here and not answered: it looks like one that hangs. */
export async function standbys({ client }: Looked): Promise<Finding[]> {
  const names = await synchronousStandbys(client)
  return names ? [note({ code: 'synchronous-standby', names })] : []
}

export async function schemaTriggers({ client }: Looked): Promise<Finding[]> {
  const triggers = await eventTriggers(client)
  return triggers.length > 0 ? [warning({ code: 'event-triggers', triggers })] : []
}

/** They run in the try-out too, and what they do outside of the database stays. */
export async function tableTriggers({ client, touched }: Looked): Promise<Finding[]> {
  return (await rowTriggers(client, touched)).map((found) => warning({ code: 'row-triggers', ...found }))
}

/** Closing keeps everybody out but them. */
export async function superusers({ client }: Looked): Promise<Finding[]> {
  const roles = await superuserLogins(client)
  return roles.length > 0 ? [note({ code: 'connection-roles-super', roles })] : []
}
