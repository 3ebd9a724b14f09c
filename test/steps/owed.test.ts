import { afterEach, beforeEach, expect, test } from 'vitest'
import { onServer } from '../databases.ts'
import { accessByHand } from '../../src/steps/access.ts'
import { aclOf, enters } from './access-of.ts'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const stop = stepOf('stop', { service: 'hrms-api' })
const close = stepOf('close', {})

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

// Intent before effect: what is not on record is not touched.

test('a service is not stopped when that it will be could not be recorded', async () => {
  await scene.service.start(1, new AbortController().signal)
  scene.world.debts.take = async () => {}
  await expect(scene.perform(stop)).rejects.toThrow('service hrms-api was not recorded as taken')
  expect(await scene.service.state()).toEqual({ ok: true, value: { instances: 1 } })
})

test('a database is not closed when that it will be could not be recorded', async () => {
  scene.world.debts.take = async () => {
    throw new Error('the store is away')
  }
  await expect(scene.perform(close)).rejects.toThrow('the store is away')
  expect(await enters(scene.database, 'hrms_app')).toBe(true)
})

test('a release is not put in place when that it will be could not be recorded', async () => {
  scene.world.debts.take = async () => {}
  const release = stepOf('release', { service: 'hrms-api', to: 'after' })
  await expect(scene.perform(release)).rejects.toThrow('release of hrms-api was not recorded as taken')
})

test('a service that was given back can be taken again, as it is then', async () => {
  await scene.service.start(1, new AbortController().signal)
  await scene.perform(stop)
  await scene.perform(stepOf('start', { service: 'hrms-api' }))
  await scene.perform(stepOf('stop', { service: 'hrms-api' }, 'roll-back'))
  expect(await scene.world.debts.open()).toMatchObject([{ what: 'service hrms-api', was: { instances: 1 } }])
})

test('by hand, what others granted on a grant option is granted again by them', async () => {
  const { name } = scene.database
  await onServer(async (admin) => {
    await admin.query(`revoke connect on database ${name} from public`)
    await admin.query(`grant connect on database ${name} to hrms_reporting with grant option`)
    await admin.query(`set role hrms_reporting; grant connect on database ${name} to hrms_batch`)
  })
  const was = await aclOf(name)
  const lines = accessByHand(name, { acl: was, owner: 'hrms_owner' }, ['lockkeeper', 'hrms_app'])
  await scene.perform(close)
  await scene.perform(stepOf('open', {}))
  for (const line of lines) await onServer((admin) => admin.query(line))
  expect((await aclOf(name))?.toSorted()).toEqual(was?.toSorted())
})
