import { readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect } from 'vitest'
import type { Progress } from '../../../src/domain/step.ts'
import { holds } from '../../../src/engines/efcore/program.ts'
import { test } from '../../adapters/postgres/hrms.ts'
import { before, security } from '../scripts.ts'
import { bundled, last, migrations, sceneOf, scripted, table, tool } from './program-scene.ts'
import { dotnet, needing } from '../../needs.ts'

describe('A program', needing(dotnet), () => {
  test.for(['bundle', 'tool'] as const)(
    'applies a migration, and takes it back: %s',
    async (by, { hrms }) => {
      const scene = await sceneOf(hrms)
      const program = by === 'tool' ? await tool() : await bundled(scene.target)
      const told: (string | null)[] = []
      const wrote: string[] = []
      expect(
        await scene.apply(program, before, security, {
          progress: ({ at }) => told.push(at),
          onLine: (line) => wrote.push(line),
        }),
      ).toMatchObject({
        status: 'done',
        facts: { by, statements: [{ command: `Applying ${security}` }], attempts: 1, reconciled: false },
      })
      expect(told).toEqual([`Applying ${security}`])
      expect(wrote.join('\n')).toContain(`Applying migration '${security}'`)
      expect(await last(hrms)).toBe(security)
      await (
        await hrms.client()
      ).query(`update master."RefreshTokens" set "EmployeeId" = gen_random_uuid()
      where "Id" in (select "Id" from master."RefreshTokens" limit 3)`)
      expect(await scene.apply(program, security, before, { accepted: 2 })).toMatchObject({
        status: 'asks',
        question: { code: 'loss-grew', accepted: 2, counted: 3 },
      })
      expect(await last(hrms)).toBe(security)
      expect(await scene.apply(program, security, before, { accepted: 3 })).toMatchObject({
        status: 'done',
        facts: { saved: [{ rows: 3 }] },
      })
      expect(await last(hrms)).toBe(before)
    },
  )

  test('leaves a way down that has to delete rows to the script: both are one transaction', async ({
    hrms,
  }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    await (await hrms.client()).query(await readFile(path.join(migrations, `${security}.up.sql`), 'utf8'))
    await (
      await hrms.client()
    ).query(`update master."RefreshTokens" set "AdminUserId" = null
      where "Id" in (select "Id" from master."RefreshTokens" limit 2)`)
    expect(await scene.apply(program, security, before, { accepted: 2 })).toMatchObject({
      status: 'done',
      facts: { by: 'scripts', saved: [{ rows: 2 }] },
    })
    expect(await last(hrms)).toBe(before)
  })

  test('waits for a lock no longer than it may, and names who holds it', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const reader = await hrms.session('hrms_app', 'report')
    await reader.query('begin')
    await reader.query('select count(*) from master."RefreshTokens"')
    const ended = await scene.apply(program, before, security, { lockTimeout: 300, lockAttempts: 2 })
    expect(ended).toMatchObject({
      status: 'failed',
      problem: {
        code: 'lock-timeout',
        attempts: 2,
        sqlstate: '55P03',
        statement: expect.stringContaining('ALTER TABLE master."RefreshTokens"'),
        blockers: [{ application: 'report' }],
      },
    })
    expect(await last(hrms)).toBe(before)
    await reader.query('commit')
  })

  test('whose history a migrator keeps from being read waits for it, and names it', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const other = await hrms.session('hrms_owner', 'dotnet-ef')
    await other.query(`begin; lock table ${table} in access exclusive mode`)
    const twice = { lockTimeout: 100, lockAttempts: 2 }
    expect(await scene.apply(program, before, security, twice)).toMatchObject({
      status: 'failed',
      problem: {
        code: 'lock-timeout',
        attempts: 2,
        statement: expect.stringContaining('SELECT'),
        blockers: [{ application: 'dotnet-ef', state: 'idle in transaction' }],
      },
    })
    // It ends while it is waited for.
    const ending: Promise<unknown>[] = []
    const progress = ({ at }: Progress) => void (at === 'history' && ending.push(other.query('rollback')))
    expect(await scene.apply(program, before, security, { lockTimeout: 300, progress })).toMatchObject({
      status: 'done',
    })
    await Promise.all(ending)
    expect(await last(hrms)).toBe(security)
  })

  test('is cancelled with the run', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const reader = await hrms.session('hrms_app', 'report')
    await reader.query('begin')
    await reader.query('select count(*) from master."RefreshTokens"')
    const cancel = new AbortController()
    const progress = () => cancel.abort()
    expect(
      await scene.apply(program, before, security, { lockTimeout: 60_000, signal: cancel.signal, progress }),
    ).toEqual({
      status: 'failed',
      problem: { code: 'cancelled', by: '' },
    })
    expect(await last(hrms)).toBe(before)
  })

  test('that is another one than was approved does not run', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await scripted('exit 0')
    const { file } = program
    expect(await holds(program)).toEqual({ ok: true, value: undefined })
    // It ended well, and nothing was done: the history decides.
    expect(await scene.apply(program, before, security)).toEqual({
      status: 'failed',
      problem: { code: 'history-unlike', expected: security, found: before },
    })
    await writeFile(file, '#!/bin/sh\nexit 1\n')
    expect(await scene.apply(program, before, security)).toEqual({
      status: 'failed',
      problem: { code: 'program-changed', by: 'bundle', file },
    })
    await rm(file)
    expect(await holds(program)).toEqual({
      ok: false,
      problem: { code: 'program-missing', by: 'bundle', file },
    })
  })

  test('whose history another migrator holds is not begun', async ({ hrms }) => {
    const scene = await sceneOf(hrms)
    const program = await bundled(scene.target)
    const other = await hrms.client()
    await other.query('begin')
    await other.query(`lock table ${table} in row exclusive mode`)
    expect(await scene.apply(program, before, security, { lockTimeout: 300, lockAttempts: 1 })).toMatchObject(
      {
        status: 'failed',
        problem: { code: 'lock-timeout', statement: expect.stringContaining('LOCK TABLE') },
      },
    )
  })
})
