import { expect } from 'vitest'
import { test } from '../../adapters/postgres/hrms.ts'
import { applying, prepared } from '../scripts.ts'
import { noticed } from './noticed.ts'

// The statements are as EF Core with Npgsql generates them, unless people write them with migrationBuilder.Sql.

const tokens = 'master."RefreshTokens"'
const admins = 'master."AdminUsers"'

const moods = `CREATE TYPE master.mood AS ENUM ('sad', 'ok');
  ALTER TABLE ${admins} ADD "Mood" master.mood NOT NULL DEFAULT 'ok'`
const add = `ALTER TYPE master.mood ADD VALUE 'calm' BEFORE 'ok'`

test('a value of an enum is not to be used in the transaction that adds it (value-uncommitted)', async ({
  hrms,
}) => {
  await (await hrms.client()).query(moods)
  for (const uses of [
    `ALTER TABLE ${tokens} ADD "Next" master.mood NOT NULL DEFAULT 'calm'::master.mood`,
    `ALTER TABLE ${tokens} ADD "Next" master.mood NOT NULL DEFAULT 'calm'`,
    `ALTER TABLE ${admins} ALTER COLUMN "Mood" SET DEFAULT 'calm'`,
    `UPDATE ${admins} SET "Mood" = 'calm'`,
    `DELETE FROM ${admins} WHERE "Mood" IN ('ok', 'calm')`,
    `INSERT INTO ${admins} ("Id", "Mood") VALUES (gen_random_uuid(), 'calm')`,
    `INSERT INTO ${admins} ("Id", "Mood") SELECT gen_random_uuid(), 'calm'`,
    `DELETE FROM ${admins} WHERE 'calm' = "Mood"`,
    `CREATE INDEX i ON ${admins} ("Id") WHERE "Mood" = 'calm'`,
  ])
    expect(await noticed(hrms, `${add}; ${uses}`)).toEqual([['blocker', 'calm', uses]])
  const uses = `SELECT 'calm'::shift`
  const made = `BEGIN; CREATE TYPE shift AS ENUM (); COMMIT; ALTER TYPE shift ADD VALUE 'calm'; ${uses}`
  expect(await noticed(hrms, made)).toEqual([['blocker', 'calm', uses]])
})

test('nor is one of a type that the same transaction makes, before PostgreSQL 17', async ({ hrms }) => {
  const root = await hrms.client()
  const uses = `SELECT 'calm'::master.other`
  const sql = `CREATE TYPE master.other AS ENUM (); ALTER TYPE master.other ADD VALUE 'calm'; ${uses}`
  const server = Number((await root.query('show server_version_num')).rows[0].server_version_num)
  expect(await noticed(hrms, sql)).toEqual(server < 170_000 ? [['blocker', 'calm', uses]] : [])
  const { engine, up } = await prepared(sql)
  const applied = await engine.apply(hrms.target(), up, applying())
  expect(applied.status).toBe(server < 170_000 ? 'failed' : 'done')
})

test('a column of that name which is another table’s is none of the enum; which one is meant may be open', async ({
  hrms,
}) => {
  await (
    await hrms.client()
  ).query(`${moods}; create table notes (id int, "Mood" text); grant all on notes to lockkeeper`)
  const from = `FROM ${admins} m`
  for (const [uses, level] of [
    [`UPDATE notes SET "Mood" = 'calm' ${from}`, null],
    [`INSERT INTO notes ("Mood", id) VALUES ('calm', (SELECT count(*) ${from}))`, null],
    [`DELETE FROM notes n USING ${admins} m WHERE n."Mood" = 'calm' AND m."Email" = ''`, null],
    [`DELETE FROM notes USING ${admins} m WHERE notes."Mood" = 'calm'`, null],
    [`DELETE FROM notes n USING ${admins} m WHERE m."Mood" = 'calm'`, 'blocker'],
    [`WITH w AS (UPDATE ${admins} SET "Mood" = 'calm' RETURNING 1) SELECT * FROM w, notes`, 'blocker'],
    [`DELETE FROM notes WHERE "Mood" = 'calm' AND EXISTS (SELECT ${from})`, 'warning'],
    [`UPDATE ${admins} SET "Mood" = CASE WHEN "Mood" = 'sad' THEN 'calm' ELSE "Mood" END`, 'warning'],
    [`UPDATE ${admins} SET "Mood" = coalesce("Mood", 'calm')`, 'warning'],
  ] as const) {
    const wanted = level === null ? [] : [[level, 'calm', uses]]
    expect([uses, await noticed(hrms, `${add}; ${uses}`)]).toEqual([uses, wanted])
  }
})

test('it may be used once it is committed; a text that is like it is none', async ({ hrms }) => {
  await (await hrms.client()).query(moods)
  const uses = `UPDATE ${admins} SET "Mood" = 'calm'`
  for (const sql of [
    `${add}; START TRANSACTION; ${uses}; COMMIT`,
    `START TRANSACTION; ${add}; COMMIT; ${uses}`,
    `ALTER TYPE master.mood ADD VALUE IF NOT EXISTS 'sad'; UPDATE ${admins} SET "Mood" = 'sad'`,
    `ALTER TYPE master.mood RENAME VALUE 'sad' TO 'calm'; ${uses}`,
    `CREATE TYPE master.other AS ENUM ('calm'); SELECT 'calm'::master.other`,
    `${add}; UPDATE ${admins} SET "Email" = 'calm' WHERE "Email" = 'calm'; UPDATE ${admins} SET "Mood" = 'ok'`,
  ])
    expect([sql, await noticed(hrms, sql)]).toEqual([sql, []])
})

test('a value that an earlier try has left is in the way of the next one (value-exists)', async ({
  hrms,
}) => {
  await (await hrms.client()).query(moods)
  const again = `ALTER TYPE master.mood ADD VALUE 'ok' BEFORE 'sad'`
  for (const [sql, wanted] of [
    [again, [['blocker', 'ok', again]]],
    [`ALTER TYPE master.mood RENAME VALUE 'ok' TO 'good'; ${again}`, []],
    [`ALTER TYPE master.mood RENAME TO moods; CREATE TYPE master.mood AS ENUM ('sad'); ${again}`, []],
    [`ALTER TYPE master.mood RENAME TO moods; ALTER TYPE master.other RENAME TO mood; ${again}`, []],
    [`DROP TYPE master.mood; CREATE TYPE master.mood AS ENUM ('sad'); ${again}`, []],
  ] as const)
    expect([sql, await noticed(hrms, sql)]).toEqual([sql, wanted])
})

test('what an earlier try of the same script has committed is in nobody’s way', async ({ hrms }) => {
  const root = await hrms.client()
  await root.query('grant create on database "' + hrms.name + '" to lockkeeper')
  await root.query(moods)
  await root.query('alter type master.mood owner to lockkeeper')
  const { engine, up } = await prepared(`BEGIN; ${add}; COMMIT; BEGIN; SELECT 1 FROM nowhere; COMMIT`)
  expect(await engine.apply(hrms.target(), up, applying())).toMatchObject({ status: 'failed' })
  expect(await engine.check(hrms.target(), up)).toEqual([])
})
