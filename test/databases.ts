import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject, vi } from 'vitest'

/** A database of one test, cloned from a template (about 40 ms). */
export interface TestDatabase {
  name: string
  /** Of a superuser. */
  url: string
  /** The same database as another role. */
  as(role: string, password: string): string
  client(): Promise<pg.Client>
  drop(): Promise<void>
}

/** hrms_master before AddSecurityEnhancements, with a few rows: 20 admins, 1,000 refresh tokens. */
export const hrmsDatabase = (): Promise<TestDatabase> => clone('hrms_template')

/** The bot's own database, its schema installed. */
export const storeDatabase = (): Promise<TestDatabase> => clone('store_template')

export const emptyDatabase = (): Promise<TestDatabase> => clone('template1')

async function clone(template: string): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(async (admin) => {
    // Another clone may be reading the template at this moment (55006).
    for (;;) {
      try {
        return await admin.query(`create database ${name} template ${template}`)
      } catch (error) {
        if ((error as { code?: string }).code !== '55006') throw error
      }
    }
  })
  const url = new URL(inject('server'))
  url.pathname = `/${name}`
  const clients: pg.Client[] = []
  return {
    name,
    url: url.href,
    as(role, password) {
      const other = new URL(url)
      other.username = role
      other.password = password
      return other.href
    },
    async client() {
      const client = new pg.Client(url.href)
      client.on('error', () => {}) // dropped together with the database
      await client.connect()
      clients.push(client)
      return client
    },
    async drop() {
      await Promise.allSettled(clients.map((client) => client.end()))
      await onServer(async (admin) => {
        await vi.waitFor(() => nobodyIn(admin, name), { timeout: 500, interval: 20 }).catch(() => {})
        await admin.query(`drop database if exists ${name} with (force)`)
      })
    },
  }
}

/** Throws while somebody is in: a connection that is closing must not be told that it was ended. */
async function nobodyIn(admin: pg.Client, database: string): Promise<void> {
  const { rowCount } = await admin.query('select from pg_stat_activity where datname = $1', [database])
  if (rowCount) throw new Error(`${rowCount} sessions in ${database}`)
}

/** Runs something as a superuser on the tests' server, in the database `postgres`. */
export async function onServer<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client(inject('server'))
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.end()
  }
}
