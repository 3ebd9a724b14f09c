import { describe, expect } from 'vitest'
import { makeTarget } from '../../../src/adapters/postgres/target.ts'
import { checkScripts } from '../../../src/engines/noticing/check.ts'
import { readMigrations } from '../../../src/engines/efcore/read-project.ts'
import { test, valueOf } from '../../adapters/postgres/hrms.ts'
import { hrmsUp } from '../scripts.ts'
import { alsoAtSocket } from './also-at.ts'
import { asked, builtFor, planned } from './asked.ts'
import { dotnet, needing } from '../../needs.ts'

const table = 'master."__EFMigrationsHistory"'

describe('A project that was built', needing(dotnet), () => {
  test('has a context that is there', async ({ hrms }) => {
    expect(await asked(await planned(hrms), { context: 'NopeContext' })).toMatchObject({
      code: 'efcore-failed',
      command: 'dbcontext info',
      says: "No DbContext named 'NopeContext' was found.",
    })
  })

  test('reaches its server by a Unix socket, too', async ({ hrms }) => {
    const folder = await alsoAtSocket(hrms)
    const url = new URL(hrms.target().address.url)
    url.host = `${encodeURIComponent(folder)}:5432`
    expect(await asked(await planned(hrms, { url: url.href, host: 'by another name' }))).toMatchObject({
      others: [],
    })
  })

  test('knows every row of its history, unless another context shares it', async ({ hrms }) => {
    const newer = '20260101000000_Newer'
    await (await hrms.client()).query(`insert into ${table} values ($1, '10')`, [newer])
    const target = await planned(hrms)
    expect(await asked(target)).toEqual({ code: 'history-unknown', table, migrations: [newer] })
    expect(await asked(target, { shared: true })).toMatchObject({ others: [newer] })
  })

  test('takes the history that its context names, and sees another one of that name', async ({ hrms }) => {
    await (await hrms.client()).query(`create table public."__EFMigrationsHistory" (like ${table})`)
    const target = await planned(hrms)
    const known = await asked(target)
    if ('code' in known) throw new Error(known.code)
    expect(known.history.table).toBe(table)
    expect(await checkScripts(target, known.history, await hrmsUp())).toContainEqual({
      level: 'warning',
      problem: { code: 'history-twice', tables: [table, 'public."__EFMigrationsHistory"'] },
    })
  })

  test('is not asked for a history that is not there: its list says that nothing is applied', async ({
    hrms,
  }) => {
    await (await hrms.client()).query(`drop table ${table}`)
    const target = await planned(hrms)
    expect(valueOf(await readMigrations(await builtFor(target))).map(({ applied }) => applied)).toEqual([
      false,
      false,
      false,
    ])
    expect(await asked(target)).toEqual({ code: 'history-missing', table })
  })

  test('makes no database that is not there', async ({ hrms }) => {
    const { address, applicationName, expected } = await planned(hrms)
    const database = `${hrms.name}_nope`
    const url = new URL(address.url)
    url.pathname = `/${database}`
    const target = makeTarget({ ...address, database, url: url.href }, applicationName, expected)
    // Its list says of a database that is not there what it says of an empty one.
    expect(valueOf(await readMigrations(await builtFor(target))).some(({ applied }) => applied)).toBe(false)
    expect(await asked(target)).toMatchObject({ code: 'target-missing' })
    const { rows } = await (
      await hrms.client()
    ).query('select from pg_database where datname = $1', [database])
    expect(rows).toEqual([])
  })
})
