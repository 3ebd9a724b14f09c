import pino from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { checkBlocksOf } from '../../src/slack/check-blocks.ts'
import { deliveryClient } from '../../src/slack/clients.ts'
import { openWorkspace, type Workspace } from './workspace.ts'

let workspace: Workspace
beforeAll(async () => {
  workspace = await openWorkspace()
})
afterAll(() => workspace.close())
beforeEach(() => {
  workspace.calls.length = 0
  workspace.interfere = () => null
})

async function check(): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const mode = { http: { signingSecret: '', port: 0 } }
  const config = { botToken: workspace.botToken, mode, apiUrl: workspace.apiUrl }
  await checkBlocksOf(deliveryClient(config, log), () => ['S0OPS'], log)
  return lines
}

test('Slack is asked about all blocks that our messages are built of, and takes them', async () => {
  expect(await check()).toEqual([])
  const [asked] = workspace.of('blocks.validate')
  expect(asked?.answer).toEqual({ ok: true })
  const { blocks } = JSON.parse(asked?.args['message'] ?? '{}') as { blocks: { type: string }[] }
  expect(new Set(blocks.map(({ type }) => type))).toEqual(
    new Set(['section', 'context', 'rich_text', 'actions']),
  )
})

test('what it does not take is logged with what it says, and where it cannot be asked nothing is', async () => {
  const errors = [{ pointer: '/blocks/0/text', code: 'failed_constraint', message: 'is too long' }]
  workspace.interfere = () => ({ status: 200, json: { ok: false, error: 'invalid_message', errors } })
  expect(await check()).toMatchObject([{ code: 'slack-blocks', error: 'invalid_message', errors }])
  workspace.interfere = () => ({ status: 200, json: { ok: false, error: 'unknown_method' } })
  expect(await check()).toEqual([])
})
