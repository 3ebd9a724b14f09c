import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase, restoreAccess } from '../../src/adapters/postgres/closing.ts'
import { onServer } from '../databases.ts'
import { aclOf, enters } from './access-of.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const close = stepOf('close', {})
const open = stepOf('open', {})
const admit = stepOf('admit', { holds: false })
const held = stepOf('admit', { holds: true })

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

const what = () => `access to ${scene.database.name}`
const grant = (role: string) =>
  onServer((admin) => admin.query(`grant connect on database ${scene.database.name} to ${role}`))

test('admit puts back exactly who was let in, and settles it', async () => {
  await grant('hrms_reporting with grant option')
  const was = await aclOf(scene.database.name)
  await scene.perform(close)
  await scene.perform(open)
  expect(await scene.perform(admit)).toEqual({ status: 'done', facts: { settled: [what()] } })
  expect((await aclOf(scene.database.name))?.toSorted()).toEqual(was?.toSorted())
  expect(await scene.world.debts.open()).toEqual([])
  expect(await enters(scene.database, 'hrms_batch')).toBe(true)
})

test('admit asks first where the runbook holds, and opens nothing until somebody goes on', async () => {
  await scene.perform(close)
  expect(await scene.perform(held)).toMatchObject({
    status: 'asks',
    question: { code: 'before-admit', passed: 0, choices: ['go-on', 'roll-back', 'leave'] },
  })
  expect(await enters(scene.database, 'hrms_batch')).toBe(false)
  scene.answer(held, 'go-on')
  expect(await scene.perform(held)).toMatchObject({ status: 'done' })
  expect(await enters(scene.database, 'hrms_batch')).toBe(true)
})

test('what somebody else changed meanwhile is asked about, and put back only when they say so', async () => {
  await scene.perform(close)
  await scene.perform(open)
  await grant('hrms_batch')
  expect(await scene.perform(admit)).toMatchObject({
    status: 'asks',
    question: {
      code: 'changed-meanwhile',
      what: what(),
      expected: expect.not.stringContaining('hrms_batch'),
      found: expect.stringContaining('hrms_batch=c/'),
      choices: ['go-on', 'leave'],
    },
  })
  expect((await scene.world.debts.open()).map((debt) => debt.what)).toEqual([what()])
  scene.answer(admit, 'go-on')
  expect(await scene.perform(admit)).toMatchObject({ status: 'done' })
  expect(await aclOf(scene.database.name)).not.toContain('hrms_batch=c/hrms_owner')
})

test('what somebody put back by hand already is settled without a question', async () => {
  await scene.perform(close)
  await restoreAccess(scene.world.target, null)
  expect(await scene.perform(admit)).toEqual({ status: 'done', facts: { settled: [what()] } })
})

test('nobody is let in while a service is still owed: debts-open names it', async () => {
  await scene.perform(close)
  await scene.world.debts.plan({ owes: 'service', what: 'service hrms-api', was: { instances: 1 } })
  await scene.world.debts.take('service hrms-api')
  expect(await scene.perform(admit)).toEqual({
    status: 'failed',
    problem: { code: 'debts-open', what: ['service hrms-api'] },
  })
  expect(await enters(scene.database, 'hrms_batch')).toBe(false)
})

test('on the way forward the new release stays, so it is owed no more; on a way back it is', async () => {
  const release = { owes: 'release', what: 'release of hrms-api', was: { version: '2025.10' } } as const
  await scene.perform(close)
  await scene.world.debts.plan(release)
  await scene.world.debts.take(release.what)
  expect(await scene.perform(admit)).toEqual({
    status: 'done',
    facts: { settled: [what(), 'release of hrms-api'] },
  })
  await scene.world.debts.plan(release)
  await scene.world.debts.take(release.what)
  scene.answer(admit, 'back-out')
  expect(await scene.perform(stepOf('admit', { holds: false }, 'back-out'))).toEqual({
    status: 'failed',
    problem: { code: 'debts-open', what: ['release of hrms-api'] },
  })
})

test('admit has nothing to do where nothing was taken', async () => {
  expect(await scene.perform(admit)).toEqual({ status: 'unneeded', because: 'nothing-taken' })
})

test('a dead process that had let everybody in left only the debt to settle', async () => {
  await scene.perform(close)
  await restoreAccess(scene.world.target, null)
  await openDatabase(scene.world.target, [])
  expect(await scene.resume(admit)).toEqual({ status: 'done', facts: { settled: [what()] } })
  expect(await scene.world.debts.open()).toEqual([])
})

test('a dead process that had not yet let everybody in is followed by one that does', async () => {
  await scene.perform(close)
  expect(await scene.resume(admit)).toMatchObject({ status: 'done' })
  expect(await enters(scene.database, 'hrms_batch')).toBe(true)
})
