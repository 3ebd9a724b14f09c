import pg from 'pg'
import { test as plain } from 'vitest'
import { makeTarget, type Target } from '../../../src/adapters/postgres/target.ts'
import { targetAddress } from '../../../src/adapters/postgres/target-address.ts'
import type { Identity } from '../../../src/domain/identity.ts'
import { hrmsDatabase, onServer, type TestDatabase } from '../../databases.ts'

/** hrms_master of one test, owned by hrms_owner as in production, and ways to reach it. */
export interface Hrms extends TestDatabase {
  /** As the bot's own role, which is no superuser. */
  target(as?: { run?: string; role?: string; expected?: Identity }): Target
  /** A client of another role, with its application name; ended with the test. */
  session(role?: string, application?: string): Promise<pg.Client>
}

/** A test with its own hrms_master. */
export const test = plain.extend<{ hrms: Hrms }>({
  // oxlint-disable-next-line no-empty-pattern
  hrms: async ({}, use) => {
    const database = await hrmsDatabase()
    await onServer((admin) => admin.query(`alter database ${database.name} owner to hrms_owner`))
    const sessions: pg.Client[] = []
    await use({
      ...database,
      target: ({ run = 'TEST-1', role = 'lockkeeper', expected } = {}) =>
        makeTarget(addressOf(database, role), `lockkeeper:${database.name}-${run}`, expected ?? null),
      async session(role = 'hrms_app', application = role) {
        const connectionString = database.as(role, role)
        const client = new pg.Client({ connectionString, application_name: application })
        client.on('error', () => {})
        await client.connect()
        sessions.push(client)
        return client
      },
    })
    await Promise.allSettled(sessions.map((session) => session.end()))
    await database.drop()
  },
})

export function addressOf(database: TestDatabase, role = 'lockkeeper') {
  const url = role === 'postgres' ? database.url : database.as(role, role)
  const address = targetAddress('HRMS_DATABASE_URL', database.name, { HRMS_DATABASE_URL: url })
  if (!address.ok) throw new Error(address.problem.code)
  return address.value
}

/** The value of a result that a test relies on. */
export function valueOf<T>(result: { ok: true; value: T } | { ok: false; problem: unknown }): T {
  if (!result.ok) throw new Error(JSON.stringify(result.problem))
  return result.value
}
