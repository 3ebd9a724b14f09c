import pino from 'pino'
import { WebClient } from '@slack/web-api'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { promptOptions } from '../../src/slack/clients.ts'
import { makeNames } from '../../src/slack/names.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace()
})
afterAll(() => workspace.close())
beforeEach(() => {
  workspace.calls.length = 0
  workspace.known.clear()
  workspace.interfere = () => null
})

function names() {
  const log = pino({ level: 'silent' })
  const mode = { http: { signingSecret: '', port: 0 } }
  const config = { botToken: workspace.botToken, mode, apiUrl: workspace.apiUrl }
  const clock = { now: Date.now() }
  return {
    nameOf: makeNames(new WebClient(config.botToken, promptOptions(config, log)), log, () => clock.now),
    clock,
  }
}

test('a person is called as their profile says, asked once in a while', async () => {
  const { asha } = workspace.people
  workspace.known.set(asha, { profile: { real_name: 'Asha Ramgoolam' } })
  const { nameOf, clock } = names()
  expect(await nameOf(asha)).toBe('Asha Ramgoolam')
  workspace.known.set(asha, { profile: { real_name: 'Asha R.' } })
  expect(await nameOf(asha)).toBe('Asha Ramgoolam')
  expect(workspace.of('users.info')).toHaveLength(1)
  clock.now += 600_001
  expect(await nameOf(asha)).toBe('Asha R.')
})

test('nobody tells of whom Slack does not know, or while it is away', async () => {
  const { nameOf, clock } = names()
  expect(await nameOf('U0NOBODY')).toBeNull()
  workspace.interfere = () => ({ status: 503 })
  expect(await nameOf(workspace.people.asha)).toBeNull()
  workspace.interfere = () => null
  expect(await nameOf(workspace.people.asha)).toBeNull()
  clock.now += 60_001
  expect(await nameOf(workspace.people.asha)).toEqual(expect.any(String))
})
