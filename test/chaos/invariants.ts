import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import { findLeftovers } from '../../src/adapters/backup-file.ts'
import type { Ending } from '../../src/domain/run.ts'
import type { Place } from '../cli/place.ts'
import { commandsOfAll } from '../commands-of-all.ts'
import { aclOf } from '../steps/access-of.ts'
import type { Workspace } from '../slack/workspace.ts'

const before = ['InitialMasterSchema', 'InitialMasterDb']
const after = [...before, 'AddSecurityEnhancements']

/** What must be so of the target after an ending, whatever happened on the way. */
export const targetAfter = (ending: Ending, acl: readonly string[]): object => ({
  history: ending === 'done' ? after : before,
  health: { status: 'Healthy', release: ending === 'done' ? 'after' : 'before' },
  lostWrites: 0,
  applications: 1,
  acl,
  backends: [],
})

/** What is so of the target. */
export async function lookAtTarget({ target, folder, environment }: Place): Promise<object> {
  const client = await target.client()
  const rows = async <T>(sql: string): Promise<T[]> => (await client.query(sql)).rows as T[]
  const ask = async (page: string): Promise<unknown> =>
    fetch(`http://127.0.0.1:${environment['HRMS_PORT']}/${page}`).then(
      (response) => response.json(),
      () => 'no answer',
    )
  const commands = await commandsOfAll()
  return {
    history: (
      await rows<{ id: string }>('select "MigrationId" as id from master."__EFMigrationsHistory" order by 1')
    ).map(({ id }) => id.replace(/^\d+_/, '')),
    health: await ask('health'),
    lostWrites: ((await ask('writes')) as { lost?: number }).lost,
    applications: commands.filter(({ args }) => args.includes('api.ts') && args.endsWith(folder)).length,
    acl: (await aclOf(target.name))?.toSorted(),
    backends: await rows(
      `select application_name, state from pg_stat_activity
       where application_name like 'lockkeeper:%' and datname = current_database()`,
    ),
  }
}

/** What must be so of the record: nothing is owed, nothing is half-way, each effect is recorded once. */
export async function checkRecord({ pool, folder }: Place, run: string): Promise<void> {
  const rows = async (sql: string): Promise<unknown[]> => (await pool.query(sql, [run])).rows
  expect(
    await rows(
      'select what from lockkeeper.debt where run = $1 and taken_at is not null and settled_at is null',
    ),
  ).toEqual([])
  expect(await rows('select step from lockkeeper.attempt where run = $1 and outcome is null')).toEqual([])
  expect(
    await rows(
      `select step from lockkeeper.attempt where run = $1 and outcome ->> 'status' = 'done'
       group by step having count(*) > 1`,
    ),
  ).toEqual([])
  expect(
    await rows(
      `select body ->> 'is' as is from lockkeeper.event where run = $1 and body ->> 'is' = 'run.ended'`,
    ),
  ).toHaveLength(1)
  expect(await findLeftovers(path.join(folder, 'backups'))).toEqual([])
  // The log of one that failed is kept beside it.
  const backups = (await readdir(path.join(folder, 'backups'))).filter((name) => !name.endsWith('.log'))
  expect(backups.length).toBeLessThanOrEqual(1)
}

/**
 * What must be so of Slack: everything arrived once, but what waits for an invitation to channels of the example, and a
 * thread reads in the order of what happened.
 * `mayRepeat`: an answer of Slack may have been lost, and what may have arrived is sent once more.
 */
export async function checkMessages({ pool }: Place, slack: Workspace, mayRepeat: boolean): Promise<void> {
  await expect
    .poll(
      async () =>
        (
          await pool.query(
            `select key, state, error from lockkeeper.delivery
             where lane <> 'mail' and lane not like 'pager %'
               and error is distinct from 'not_in_channel' and error is distinct from 'channel_not_found'
               and (state not in ('sent', 'refused') or wanted > shown and state = 'sent' and sends = 'message')`,
          )
        ).rows,
      { timeout: 120_000, interval: 500 },
    )
    .toEqual([])
  const copies = Map.groupBy(
    (await slack.messages()).flatMap(({ metadata }) => metadata?.event_payload['key'] ?? []),
    (key) => key,
  )
  const repeated = [...copies].filter(([, { length }]) => length > (mayRepeat ? 2 : 1))
  expect(repeated.map(([key]) => key)).toEqual([])
  const { rows: sent } = await pool.query<{ thread: string; ts: string }>(
    `select to_address ->> 'thread' as thread, sent_as ->> 'ts' as ts from lockkeeper.delivery
     where state = 'sent' and not urgent and sends = 'message' and to_address ? 'thread' order by seq`,
  )
  const threads = Map.groupBy(sent, ({ thread }) => thread)
  for (const [thread, replies] of threads) {
    const order = replies.map(({ ts }) => ts)
    expect({ thread, order }).toEqual({ thread, order: order.toSorted() })
  }
}
