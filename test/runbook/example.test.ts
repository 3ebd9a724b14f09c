import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { hrmsDatabase } from '../databases.ts'
import { openRunbooks } from '../../src/runbook/load.ts'
import { demo } from './files.ts'

const { runbooks, broken } = await openRunbooks(demo, {
  roles: ['database-team', 'cto', 'migration-operators'],
}).all()
const example = runbooks.find((runbook) => runbook.name === 'add-security-enhancements')!
const migrations = path.join(demo, 'hrms/migrations')
const sql = (name: string) => readFile(path.join(migrations, name), 'utf8')

it('no runbook of the demo has a fault', () => {
  expect(broken).toEqual([])
  expect(example).toBeDefined()
})

it('its folder exists from its own place on', () => {
  expect(example.folder).toBe(path.join(demo, 'hrms'))
})

it('the first two migrations make the database that the third one begins with, and go all the way back', async () => {
  const database = await hrmsDatabase()
  try {
    const client = await database.client()
    const columns = async () =>
      (
        await client.query<{ c: string }>(
          `select format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) as c
           from information_schema.columns where table_schema = 'master' and table_name <> 'AuditLogs' order by 1`,
        )
      ).rows.map(({ c }) => c)
    const before = await columns()
    await client.query('drop schema master cascade')
    const first = ['20251031135011_InitialMasterSchema', '20251111125329_InitialMasterDb']
    for (const name of first) await client.query(await sql(`${name}.up.sql`))
    expect(await columns()).toEqual(before)
    const { rows } = await client.query<{ id: string }>(
      'select "MigrationId" as id from master."__EFMigrationsHistory" order by 1',
    )
    expect(rows.map(({ id }) => id)).toEqual(first)
    for (const name of first.toReversed()) await client.query(await sql(`${name}.down.sql`))
    expect(await columns()).toEqual(before.filter((column) => column.startsWith('__EF')))
  } finally {
    await database.drop()
  }
})

it('its verifications hold after its migration: columns as they are, and the try-out as the application', async () => {
  const database = await hrmsDatabase()
  try {
    const client = await database.client()
    await client.query(await sql('20251113040317_AddSecurityEnhancements.up.sql'))
    await client.query('grant hrms_app to current_user')
    const { columns, tryOut } = example.verification
    for (const column of columns) {
      const { rows } = await client.query(
        `select format_type(atttypid, atttypmod) as type, not attnotnull as nullable, pg_get_expr(adbin, adrelid) as "default"
         from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
         where attrelid = $1::regclass and attname = $2`,
        [column.table, column.column],
      )
      expect(rows, column.column).toEqual([
        { type: column.type, nullable: column.nullable, default: column.default ?? null },
      ])
    }
    await client.query('begin')
    await client.query(`set local role ${tryOut!.as}`)
    await client.query(tryOut!.sql)
    await client.query('rollback')
    // And it fails where the new columns are not there.
    await client.query(await sql('20251113040317_AddSecurityEnhancements.down.sql'))
    await expect(client.query(tryOut!.sql)).rejects.toMatchObject({ code: '42703' })
  } finally {
    await database.drop()
  }
})
