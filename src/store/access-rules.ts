import type pg from 'pg'
import {
  accessChanges,
  type AccessRules,
  type RecordedBy,
  type RecordedRules,
} from '../domain/access-rules.ts'
import { sha256OfJson } from '../domain/digest.ts'
import { recordEvent } from './events.ts'
import { holdRules, isRulesHeld } from './locks.ts'
import { instant, type Queryable } from './transaction.ts'

/** The rules in force: what bots recorded last. Null before the first bot. */
export async function rulesInForce(tx: Queryable | pg.ClientBase): Promise<RecordedRules | null> {
  const { rows } = await tx.query<RecordedRules>(
    `select version::int, digest, rules, ${instant('recorded_at')} as at, recorded_by as by
     from lockkeeper.access_rules order by access_rules.version desc limit 1`,
  )
  return rows[0] ?? null
}

export const digestOfRules = (rules: AccessRules): string => sha256OfJson(rules)

export interface Recorded {
  inForce: RecordedRules
  /** These rules were replaced before, and a bot that has the newer ones lives: those stay in force. */
  isOlder: boolean
}

/**
 * Records a bot's rules when it starts, on the connection that holds its locks: new ones are in force at once. Rules that
 * were replaced before come back only when no live bot has the newer ones, so that an old replica that starts again while
 * a new configuration rolls out does not undo it. A change is an event.
 */
export async function recordRules(
  locks: pg.ClientBase,
  rules: AccessRules,
  by: RecordedBy,
): Promise<Recorded> {
  const digest = digestOfRules(rules)
  await locks.query('begin')
  try {
    await locks.query("select pg_advisory_xact_lock(hashtextextended('lockkeeper.access_rules', 0))")
    const before = await rulesInForce(locks)
    const isOlder =
      before !== null &&
      before.digest !== digest &&
      (await wasRecorded(locks, digest)) &&
      (await isRulesHeld(locks, before.digest))
    if (!isOlder && before?.digest !== digest) {
      await insertRules(locks, digest, rules, by)
      if (before) await sayChanged(locks, before, rules, by)
    }
    // Held until this process ends, whatever becomes of the transaction.
    await holdRules(locks, digest)
    const inForce = await rulesInForce(locks)
    await locks.query('commit')
    if (!inForce) throw new Error('the rules were not recorded')
    return { inForce, isOlder }
  } catch (error) {
    await locks.query('rollback').catch(() => {})
    throw error
  }
}

async function wasRecorded(tx: pg.ClientBase, digest: string): Promise<boolean> {
  const { rowCount } = await tx.query('select from lockkeeper.access_rules where digest = $1 limit 1', [
    digest,
  ])
  return rowCount === 1
}

async function insertRules(
  tx: pg.ClientBase,
  digest: string,
  rules: AccessRules,
  by: RecordedBy,
): Promise<void> {
  await tx.query('insert into lockkeeper.access_rules (digest, rules, recorded_by) values ($1, $2, $3)', [
    digest,
    JSON.stringify(rules),
    JSON.stringify(by),
  ])
}

async function sayChanged(
  tx: pg.ClientBase,
  before: RecordedRules,
  rules: AccessRules,
  { host, user, file }: RecordedBy,
): Promise<void> {
  const version = (await rulesInForce(tx))?.version ?? 0
  const changes = accessChanges(before.rules, rules)
  await recordEvent(tx, {
    by: 'lockkeeper',
    run: null,
    plan: null,
    key: `access/${version}`,
    body: { is: 'access.changed', version, changes, host, user, file },
  })
}

/** The channels of the runbooks that bots have: those are told what concerns who may do what. */
export async function recordChannels(tx: Queryable, channels: readonly string[]): Promise<void> {
  await tx.query(
    `with gone as (delete from lockkeeper.access_channel where not channel = any($1))
     insert into lockkeeper.access_channel (channel) select distinct unnest($1::text[]) on conflict do nothing`,
    [channels],
  )
}

export async function accessChannels(tx: Queryable): Promise<string[]> {
  const { rows } = await tx.query<{ channel: string }>(
    'select channel from lockkeeper.access_channel order by 1',
  )
  return rows.map(({ channel }) => channel)
}
