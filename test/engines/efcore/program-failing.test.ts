import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect } from 'vitest'
import { test } from '../../adapters/postgres/hrms.ts'
import { before, initial, security } from '../scripts.ts'
import {
  bundled,
  holdSecond,
  killWaiting,
  last,
  migrations,
  sceneOf,
  scripted,
  table,
  tool,
  waiting,
} from './program-scene.ts'
import { dotnet, needing } from '../../needs.ts'

describe('A program', needing(dotnet), () => {
  test('that fails halfway says where, and leaves the history where it was committed', async ({ hrms }) => {
    const client = await hrms.client()
    await client.query(await readFile(path.join(migrations, `${before}.down.sql`), 'utf8'))
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    // The second migration commits, the third one finds its column there: a trigger of somebody else made it.
    await client.query(`create function public.meddle() returns trigger language plpgsql as
      $$ begin execute 'alter table master."AdminUsers" add "PasswordResetToken" text'; return null; end $$`)
    await client.query(
      `create trigger meddle after insert on ${table} for each statement execute function public.meddle()`,
    )
    expect(await scene.apply(program, initial, security)).toMatchObject({
      status: 'failed',
      problem: {
        code: 'sql-error',
        sqlstate: '42701',
        file: `${security}.up.sql`,
        statement: expect.stringContaining('PasswordResetToken'),
      },
    })
    expect(await last(hrms)).toBe(before)
  })

  test('whose statement had no more time names the key that gives it more', async ({ hrms }) => {
    const client = await hrms.client()
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    await client.query(`create function public.dawdle() returns trigger language plpgsql as
      $$ begin perform pg_sleep(60); return null; end $$`)
    await client.query(
      `create trigger dawdle after insert on ${table} for each statement execute function public.dawdle()`,
    )
    expect(await scene.apply(program, before, security, { statementTimeout: 2_000 })).toMatchObject({
      problem: {
        code: 'sql-error',
        sqlstate: '57014',
        limit: { seconds: 2, key: 'window.statementTimeout', isOver: null },
      },
    })
  })

  test.for(['bundle', 'tool'] as const)(
    'that is killed midway leaves nothing working: %s',
    async (by, { hrms }) => {
      const scene = await sceneOf(hrms)
      const program = by === 'tool' ? await tool() : await bundled(scene.target)
      const reader = await hrms.session('hrms_app', 'report')
      await reader.query('begin')
      await reader.query('select count(*) from master."RefreshTokens"')
      const seer = await hrms.client()
      const applied = scene.apply(program, before, security, { lockTimeout: 60_000 })
      await killWaiting(seer, by, scene.target.applicationName)
      expect(await applied).toMatchObject({
        status: 'failed',
        problem: { code: 'program-failed', by, last: before },
      })
      expect(await waiting(seer, scene.target.applicationName)).toBe(0)
      expect(await last(hrms)).toBe(before)
      await reader.query('commit')
    },
  )

  test('that is killed between two migrations says that the first one stays', async ({ hrms }) => {
    const client = await hrms.client()
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const reader = await holdSecond(hrms)
    const applied = scene.apply(program, initial, security, { lockTimeout: 60_000 })
    await killWaiting(client, 'bundle', scene.target.applicationName)
    expect(await applied).toMatchObject({
      status: 'failed',
      problem: { code: 'program-failed', signal: 'SIGKILL', last: before },
    })
    expect(await waiting(client, scene.target.applicationName)).toBe(0)
    expect(await last(hrms)).toBe(before)
    await reader.query('commit')
  })

  test('that gets no lock after a first commit does not claim that all was rolled back; it goes down from there', async ({
    hrms,
  }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const reader = await holdSecond(hrms)
    expect(
      await scene.apply(program, initial, security, { lockTimeout: 300, lockAttempts: 2 }),
    ).toMatchObject({
      status: 'failed',
      problem: {
        code: 'lock-timeout',
        attempts: 2,
        statement: expect.stringContaining('INSERT INTO master."__EFMigrationsHistory"'),
        blockers: [{ application: 'report' }],
        committed: { last: before },
      },
    })
    await reader.query('commit')
    expect(await scene.apply(program, security, initial, { accepted: 0 })).toMatchObject({
      status: 'done',
      facts: { by: 'bundle', statements: [{ command: `Reverting ${before}` }], saved: [] },
    })
    expect(await last(hrms)).toBe(initial)
  })

  test('that fails after its last commit has migrated, and says how it ended', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const made = await bundled(scene.target)
    const program = await scripted(`'${made.file}' "$@"\necho 'error:   It broke at its end.'\nexit 3`)
    expect(await scene.apply(program, before, security)).toMatchObject({
      status: 'done',
      facts: {
        statements: [{ command: `Applying ${security}` }],
        reconciled: false,
        ended: { exitCode: 3, signal: null, says: 'It broke at its end.' },
      },
    })
    expect(await last(hrms)).toBe(security)
  })

  test('whose statement is not known is not said to have waited for another one', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await scripted(`echo 'error:   SqlState: 55P03'\nexit 1`)
    expect(await scene.apply(program, before, security, { lockAttempts: 1 })).toMatchObject({
      problem: { code: 'lock-timeout', statement: null },
    })
  })
})
