import type pg from 'pg'
import pino from 'pino'
import { WebClient } from '@slack/web-api'
import type { Channel } from '../../src/domain/delivery.ts'
import { makeChannel } from '../../src/slack/channel.ts'
import { deliveryClient, promptOptions } from '../../src/slack/clients.ts'
import { makeConversations } from '../../src/slack/conversations.ts'
import { makeDirectory } from '../../src/slack/directory.ts'
import { makeFeatures } from '../../src/slack/features.ts'
import type { Workspace } from './workspace.ts'

/** Slack as the pump has it, new: nothing is known of channels and people yet. */
export function openChannel({
  store,
  workspace,
  apiUrl = workspace.apiUrl,
  timeout = 5_000,
}: {
  store: pg.Pool
  workspace: Workspace
  apiUrl?: string
  timeout?: number | undefined
}): { channel: Channel; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = []
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  )
  const config = { botToken: workspace.botToken, mode: { http: { signingSecret: '', port: 0 } }, apiUrl }
  const client = deliveryClient(config, log, timeout)
  const prompt = new WebClient(config.botToken, promptOptions(config, log))
  const features = makeFeatures(log)
  const conversations = makeConversations({ client: prompt, lister: client, log })
  const people = makeDirectory({ client: prompt, conversations, groups: [], features, log })
  const channel = makeChannel({
    client,
    store,
    conversations,
    people,
    groups: () => [],
    features,
    log,
  })
  return { channel, lines }
}
