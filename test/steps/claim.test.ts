import { afterEach, beforeEach, expect, test } from 'vitest'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'
import { makeTarget } from '../../src/adapters/postgres/target.ts'
import { claimTarget } from '../../src/adapters/postgres/claim.ts'

const claim = stepOf('claim', {})
const deadline = stepOf('deadline', { needsSeconds: 60 })

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

test('the claim is held on the target itself until the run gives it back', async () => {
  expect(await scene.perform(claim)).toMatchObject({
    status: 'done',
    facts: { identity: { database: scene.database.name }, fenced: 0 },
  })
  expect(scene.world.claim()).not.toBeNull()
})

test('a target that somebody else holds is not taken: target-taken names who', async () => {
  const other = await claimTarget(
    makeTarget(scene.world.target.address, 'lockkeeper:another', scene.run.plan.approved.identity),
  )
  expect(await scene.perform(claim)).toMatchObject({
    status: 'failed',
    problem: { code: 'target-taken', by: expect.stringContaining('lockkeeper:another') },
  })
  if (other.ok) await other.value.session.end()
})

test('taken again by a resume, it ends what the dead process left', async () => {
  const left = await scene.world.target.connect()
  expect(await scene.resume(claim)).toMatchObject({ status: 'done', facts: { fenced: 1 } })
  if (left.ok) await left.value.end()
})

test('there is time: the deadline says how much is to spare', async () => {
  const outcome = await scene.perform(deadline)
  expect(outcome).toMatchObject({ status: 'done', facts: { deadline: scene.run.deadline } })
  const spare = outcome.status === 'done' ? outcome.facts.spareSeconds : 0
  expect(spare).toBeGreaterThan(1700)
  expect(spare).toBeLessThan(1741)
})

test('no migration that would not be through by the deadline: deadline-near', async () => {
  scene.run.deadline = new Date(Date.now() + 59_000).toISOString()
  expect(await scene.perform(deadline)).toEqual({
    status: 'failed',
    problem: { code: 'deadline-near', deadline: scene.run.deadline, needsSeconds: 60 },
  })
})

test('where nothing was stopped the window begins with the migration', async () => {
  scene.run.deadline = null
  expect(await scene.perform(deadline)).toMatchObject({ status: 'done' })
})
