import { WebClient } from '@slack/web-api'
import type { SlackConfig } from '../config.ts'
import type { Acquaintances } from '../domain/person.ts'
import { makeLog } from '../log.ts'
import { deliveryClient, promptOptions } from './clients.ts'
import { makeConversations } from './conversations.ts'
import { makeDirectory } from './directory.ts'
import { makeFeatures } from './features.ts'

/** What Slack knows of people, for a process that takes no requests from it. It logs nothing: who asks is told. */
export function groupsOfSlack(config: SlackConfig): Acquaintances {
  const log = makeLog({ level: 'silent', redact: (text) => text })
  const client = new WebClient(config.botToken, promptOptions(config, log))
  const conversations = makeConversations({ client, lister: deliveryClient(config, log), log })
  return makeDirectory({ client, conversations, groups: [], features: makeFeatures(log), log })
}
