import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import path from 'node:path'
import { stepOf } from './plan.ts'
import { makeScene, type Scene } from './world.ts'

const forth = stepOf('release', { service: 'hrms-api', to: 'after' })
const back = stepOf('release', { service: 'hrms-api', to: 'before' }, 'back-out')
const what = 'release of hrms-api'

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

const deployed = () => readFile(path.join(scene.folder, 'release'), 'utf8').catch(() => 'nothing')

test('the release that fits is put in place; which one was there is recorded first', async () => {
  expect(await scene.perform(forth)).toMatchObject({
    status: 'done',
    facts: { version: '2025.11', deployed: true },
  })
  expect(await deployed()).toBe('after')
  expect(await scene.world.debts.open()).toMatchObject([{ what, was: { version: '2025.10' } }])
})

test('on the way back the release before is put in place again and settled', async () => {
  await scene.perform(forth)
  scene.answer(forth, 'back-out')
  expect(await scene.perform(back)).toMatchObject({
    status: 'done',
    facts: { version: '2025.10', deployed: true },
  })
  expect(await deployed()).toBe('before')
  expect(await scene.world.debts.open()).toEqual([])
})

test('on the way back nothing is deployed where nothing was', async () => {
  const stopped = stepOf('stop', { service: 'hrms-api' })
  await scene.perform(stopped)
  scene.answer(stopped, 'back-out')
  expect(await scene.perform(back)).toEqual({ status: 'unneeded', because: 'nothing-taken' })
  expect(await deployed()).toBe('nothing')
})

test('a release without commands is for people to deploy', async () => {
  const byHand = await makeScene({
    change(written) {
      written.services[0].release = { before: { version: '1' }, after: { version: '2' } }
    },
  })
  expect(await byHand.perform(forth)).toEqual({ status: 'unneeded', because: 'not-in-runbook' })
  expect(byHand.debts).toEqual([])
  await byHand.end()
})

test('a command that fails is said with its exit code, and stays owed: service-failed', async () => {
  const broken = await makeScene({
    change: (written) => (written.services[0].release.after.deploy = ['/bin/sh', '-c', 'exit 7']),
  })
  expect(await broken.perform(forth)).toMatchObject({
    status: 'failed',
    problem: { code: 'service-failed', doing: 'deploy', exitCode: 7 },
  })
  expect(await broken.world.debts.open()).toMatchObject([{ what }])
  await broken.end()
})

test('whether a dead process had deployed nobody can tell, so people are asked', async () => {
  await scene.world.debts.plan({ owes: 'release', what, was: { version: '2025.10' } })
  await scene.world.debts.take(what)
  expect(await scene.resume(forth)).toMatchObject({
    status: 'asks',
    question: { code: 'had-begun', choices: ['retry', 'go-on', 'back-out', 'leave'] },
  })
  expect(await deployed()).toBe('nothing')
  scene.answer(forth, 'go-on')
  expect(await scene.perform(forth)).toMatchObject({ status: 'done', facts: { version: '2025.11' } })
  expect(await deployed()).toBe('nothing')
})

test('asked about, a retry runs the command', async () => {
  await scene.world.debts.plan({ owes: 'release', what, was: { version: '2025.10' } })
  await scene.world.debts.take(what)
  await scene.resume(forth)
  scene.answer(forth, 'retry')
  await scene.perform(forth)
  expect(await deployed()).toBe('after')
})

test('a process that died before it recorded anything had deployed nothing', async () => {
  expect(await scene.resume(forth)).toMatchObject({ status: 'done', facts: { deployed: true } })
})
