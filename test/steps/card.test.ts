import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onServer } from '../databases.ts'
import { aclOf, enters } from './access-of.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const card = stepOf('card', {})
const stop = stepOf('stop', { service: 'hrms-api' })
const close = stepOf('close', {})

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

const commandsOf = async () => {
  const outcome = await scene.perform(card)
  if (outcome.status !== 'done') throw new Error(JSON.stringify(outcome))
  return outcome.facts
}
/** As a person at the keyboard types it. */
const type = (command: string) =>
  promisify(execFile)('/bin/sh', ['-c', command], { env: scene.environment }).then(({ stdout }) => stdout)

test('everything that will be taken is planned before anything is', async () => {
  await scene.service.start(1, new AbortController().signal)
  await scene.perform(card)
  expect(scene.debts).toMatchObject([
    { owes: 'service', what: 'service hrms-api', was: { instances: 1 }, takenAt: null },
    { owes: 'release', what: 'release of hrms-api', was: { version: '2025.10' }, takenAt: null },
    { owes: 'access', what: `access to ${scene.database.name}`, was: { acl: null }, takenAt: null },
  ])
})

test('a service that does not run is neither planned nor on the card', async () => {
  const { commands } = await commandsOf()
  expect(scene.debts.map((debt) => debt.owes)).toEqual(['access'])
  expect(commands.filter(({ what }) => what.startsWith('Start'))).toEqual([])
})

test('typed top to bottom, the card lets everybody in exactly as before and starts what was stopped', async () => {
  await onServer((admin) =>
    admin.query(`grant connect on database ${scene.database.name} to hrms_reporting with grant option`),
  )
  const was = await aclOf(scene.database.name)
  await scene.service.start(1, new AbortController().signal)
  const { commands } = await commandsOf()
  await scene.perform(stop)
  await scene.perform(close)
  expect(await enters(scene.database, 'hrms_app')).toBe(false)
  const left = await scene.world.target.connect()
  for (const { what, command } of commands.filter((one) => !one.what.includes('is in the history:'))) {
    if (what.startsWith('Look: is hrms-api'))
      await expect.poll(() => type(command).catch(() => ''), { timeout: 15_000 }).toBe('200\n')
    else await type(command)
  }
  expect((await aclOf(scene.database.name))?.toSorted()).toEqual(was?.toSorted())
  expect(await scene.service.state()).toEqual({ ok: true, value: { instances: 1 } })
  if (left.ok) await expect(left.value.client.query('select 1')).rejects.toThrow()
})

test('the card looks first, then ends what a dead Lockkeeper left, and only then touches anything', async () => {
  await scene.service.start(1, new AbortController().signal)
  const { commands } = await commandsOf()
  expect(commands.map(({ what }) => what)).toEqual([
    'Look: is 20251113040317_AddSecurityEnhancements in the history?',
    'Look: who is connected?',
    'End what Lockkeeper left there, when Lockkeeper itself is dead. Then look at the history again',
    'Only if the migration is not in the history: put release 2025.10 of hrms-api in place',
    'Only if the migration is in the history: put release 2025.11 of hrms-api in place',
    `Let everybody into ${scene.database.name} as before`,
    'Start hrms-api',
    'Look: is hrms-api healthy?',
  ])
})

test('the file holds every command and no secret', async () => {
  const { file, commands } = await commandsOf()
  const text = await readFile(file, 'utf8')
  for (const { command } of commands) expect(text).toContain(command)
  expect(text).toContain('psql "$HRMS_MASTER_URL"')
  expect(text).not.toContain(scene.environment['HRMS_MASTER_URL'])
  expect(text).not.toContain('lockkeeper:lockkeeper')
})

test('a URL without a database is told which one', async () => {
  const url = new URL(scene.world.target.address.url)
  url.pathname = ''
  const { address, ...target } = scene.world.target
  scene.world.target = { ...target, address: { ...address, url: url.href } }
  const { commands } = await commandsOf()
  expect(commands[0]?.command).toMatch(
    new RegExp(`^PGDATABASE=${scene.database.name} psql "\\$HRMS_MASTER_URL"`),
  )
})

test('made again by a resume, it keeps what is owed already', async () => {
  await scene.world.debts.plan({ owes: 'service', what: 'service hrms-api', was: { instances: 1 } })
  await scene.world.debts.take('service hrms-api')
  await scene.perform(close)
  const outcome = await scene.resume(card)
  expect(outcome).toMatchObject({ status: 'done' })
  const { commands } = outcome.status === 'done' ? outcome.facts : { commands: [] }
  expect(commands.some(({ what }) => what === 'Start hrms-api')).toBe(true)
  expect(commands.find(({ what }) => what.startsWith('Let everybody'))?.command).toContain('TO PUBLIC')
})

test('the way down is on the card as a file that psql runs, and takes the migration back', async () => {
  const migrated = await makeScene({ prepared: true })
  const outcome = await migrated.perform(card)
  const { commands } = outcome.status === 'done' ? outcome.facts : { commands: [] }
  await migrated.perform(stepOf('migrate', { direction: 'up', accepted: null }))
  const down = commands.find(({ what }) => what.includes('taken back'))!
  await promisify(execFile)('/bin/sh', ['-c', down.command], { env: migrated.environment })
  const client = await migrated.database.client()
  expect((await client.query(`select from master."__EFMigrationsHistory"`)).rowCount).toBe(2)
  expect(
    (
      await client.query(
        `select from pg_attribute where attname = 'TenantId' and attrelid = 'master."RefreshTokens"'::regclass`,
      )
    ).rowCount,
  ).toBe(0)
  await migrated.end()
})
