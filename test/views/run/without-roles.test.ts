import { expect, test } from 'vitest'
import type { RolesMissing } from '../../../src/domain/roles-missing.ts'
import type { Done } from '../../../src/domain/step.ts'
import { done } from '../../../src/domain/outcome.ts'
import { backupsView } from '../../../src/views/run/backups.ts'
import { endingView } from '../../../src/views/run/ending.ts'
import { stepView } from '../../../src/views/run/step.ts'
import { problemView } from '../../../src/views/problem/problem.ts'
import { plainText } from '../../../src/views/words/plain.ts'
import { at, attempt, plan, run } from '../sample.ts'

const noTool: RolesMissing = { why: 'no-tool' }
const failed: RolesMissing = { why: 'failed', exitCode: 1 }

const backup = (rolesMissing: RolesMissing | null): Done['backup'] => ({
  backup: 'B-1',
  path: '/b/1/database.dump.zst',
  bytes: 542e6,
  databaseBytes: 2.4e9,
  tables: 12,
  sha256: 'ab'.repeat(32),
  lsn: '0/1',
  seconds: 28,
  rolesMissing,
})

test('the step of a backup without roles says so, and why', () => {
  const lines = (missing: RolesMissing | null) =>
    plainText(stepView(run(), 'backup', done(backup(missing)), at('03:01:12'))).split('\n')
  expect(lines(noTool)[0]).toBe('Done: Backup at 03:01:12 UTC — 542 MB in 28 s, read through; without roles')
  expect(lines(noTool).at(-1)).toBe(
    'Without roles (globals.sql): pg_dumpall is not installed where Lockkeeper runs',
  )
  expect(lines(failed).at(-1)).toBe('Without roles (globals.sql): pg_dumpall failed with exit code 1')
  expect(lines(null).join('\n')).not.toContain('roles')
})

test('the end of a run whose backup has no roles says so, and why', () => {
  const ended = run({ plan: plan({ kind: 'backup' }), endedAt: at('03:01:28'), ending: 'done' })
  const text = (missing: RolesMissing | null) =>
    plainText(endingView(ended, [attempt('backup', done(backup(missing)))]))
  expect(text(failed)).toContain(
    '28 s, read through to its end; without roles: pg_dumpall failed with exit code 1\n',
  )
  expect(text(null)).not.toContain('roles')
})

test('the list of backups says which have no roles, and why', () => {
  const line = (missing: RolesMissing | null) =>
    plainText(backupsView([{ ...backup(missing), madeAt: at('02:40:00') }], null)).split('\n')[1]
  expect(line({ why: 'failed', exitCode: null })).toMatch(
    / · without roles: pg_dumpall was ended by a signal$/,
  )
  expect(line(null)).not.toContain('roles')
})

test('the plan says what a restore needs then, and how the roles are kept', () => {
  const lines = (missing: RolesMissing) =>
    plainText(
      problemView({ code: 'backup-without-roles', missing, install: 'apt-get install postgresql-client-15' }),
    ).split('\n')
  expect(lines(noTool)).toEqual([
    'The backup will have no roles: pg_dumpall is not installed where Lockkeeper runs.',
    'A restore on this server needs none. On another server the owners and the application’s role must be made by hand first.',
    'Next: Type where Lockkeeper runs: apt-get install postgresql-client-15. Then plan again. Or approve it knowing that.',
  ])
  expect(lines(failed).at(-1)).toContain('pg_dumpall --globals-only')
})
