import { afterEach, beforeEach, expect, test } from 'vitest'
import { closeDatabase } from '../../src/adapters/postgres/closing.ts'
import { onServer } from '../databases.ts'
import { aclOf, enters as roleEnters } from './access-of.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const close = stepOf('close', {})
const open = stepOf('open', {})

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

const enters = (role: string) => roleEnters(scene.database, role)
const access = () => scene.debts.find((debt) => debt.owes === 'access')

test('close keeps everybody but the bot out, and records first who was let in', async () => {
  await onServer((admin) => admin.query(`grant connect on database ${scene.database.name} to hrms_reporting`))
  const was = await aclOf(scene.database.name)
  const outcome = await scene.perform(close)
  expect(outcome).toMatchObject({
    status: 'done',
    facts: { rolesKeptOut: expect.arrayContaining(['hrms_app', 'hrms_owner', 'hrms_reporting']) },
  })
  expect(access()).toMatchObject({
    what: `access to ${scene.database.name}`,
    was: { acl: was },
    settledAt: null,
  })
  expect(access()?.takenAt).not.toBeNull()
  expect([await enters('hrms_app'), await enters('hrms_owner'), await enters('lockkeeper')]).toEqual([
    false,
    false,
    true,
  ])
})

test('closed again by a retry, what is owed stays who was let in the first time', async () => {
  await scene.perform(close)
  await scene.perform(close)
  expect(access()?.was).toEqual({ acl: null })
})

test('a close that a dead process committed is found done', async () => {
  await scene.world.debts.plan({
    owes: 'access',
    what: `access to ${scene.database.name}`,
    was: { acl: null },
  })
  await scene.world.debts.take(`access to ${scene.database.name}`)
  await closeDatabase(scene.world.target, ['lockkeeper'])
  const outcome = await scene.resume(close)
  expect(outcome).toMatchObject({ status: 'done', facts: { rolesKeptOut: ['PUBLIC', 'hrms_owner'] } })
})

test('a close that a dead process had only recorded is done by the next one', async () => {
  await scene.world.debts.plan({
    owes: 'access',
    what: `access to ${scene.database.name}`,
    was: { acl: null },
  })
  await scene.world.debts.take(`access to ${scene.database.name}`)
  expect(await scene.resume(close)).toMatchObject({ status: 'done' })
  expect(await enters('hrms_app')).toBe(false)
})

test('a role that may not close the database is told what it needs, and nothing is closed', async () => {
  await onServer((admin) => admin.query(`alter database ${scene.database.name} owner to postgres`))
  expect(await scene.perform(close)).toMatchObject({
    status: 'failed',
    problem: { code: 'privilege-missing' },
  })
  expect(await enters('hrms_app')).toBe(true)
})

test('open lets the application in and nobody else', async () => {
  await scene.perform(close)
  expect(await scene.perform(open)).toEqual({ status: 'done', facts: { roles: ['hrms_app'] } })
  expect([await enters('hrms_app'), await enters('hrms_reporting')]).toEqual([true, false])
})

test('open has nothing to do where nothing was closed', async () => {
  expect(await scene.perform(open)).toEqual({ status: 'unneeded', because: 'nothing-taken' })
  expect(await aclOf(scene.database.name)).toBeNull()
})

test('an open that a dead process committed is found done; one that it had not, is done', async () => {
  await scene.perform(close)
  expect(await scene.resume(open)).toEqual({ status: 'done', facts: { roles: ['hrms_app'] } })
  expect(await enters('hrms_app')).toBe(true)
  scene.record.length = 0
  expect(await scene.resume(open)).toEqual({ status: 'done', facts: { roles: ['hrms_app'] } })
})
