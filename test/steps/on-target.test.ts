import { afterEach, beforeEach, expect, test } from 'vitest'
import { done } from '../../src/domain/outcome.ts'
import type { SessionSettings } from '../../src/adapters/postgres/session-settings.ts'
import { onTarget } from '../../src/steps/on-target.ts'
import { makeScene, type Scene } from './world.ts'
import { stepOf } from './plan.ts'

let scene: Scene
beforeEach(async () => void (scene = await makeScene()))
afterEach(() => scene.end())

/** A step whose statement sleeps for a minute; `beside` is told its PID. */
const sleeps = (settings: SessionSettings | undefined, beside: (pid: number) => Promise<unknown>) =>
  onTarget(
    {
      world: scene.world,
      run: scene.run,
      step: stepOf('before', {}),
      signal: new AbortController().signal,
    },
    async ({ client, pid }) => {
      await Promise.all([client.query('select pg_sleep(60)'), beside(pid)])
      return done(null)
    },
    settings,
  )

test('a statement whose time was over says so, with the key that gives it more', async () => {
  expect(await sleeps({ statementTimeout: 150 }, async () => null)).toMatchObject({
    problem: {
      sqlstate: '57014',
      limit: { seconds: 0.15, key: 'window.statementTimeout', isOver: null },
    },
  })
})

test('one that somebody cancelled is not said to have had too little time', async () => {
  const client = await scene.database.client()
  const cancel = (pid: number) =>
    expect
      .poll(async () => {
        const { rowCount } = await client.query(
          "select pg_cancel_backend(pid) from pg_stat_activity where pid = $1 and state = 'active' and query like '%sleep%'",
          [pid],
        )
        return rowCount
      })
      .toBe(1)
  expect(await sleeps(undefined, cancel)).toMatchObject({
    problem: { sqlstate: '57014', limit: { seconds: 60, key: null, isOver: false } },
  })
})
