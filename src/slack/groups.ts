import { WebClient } from '@slack/web-api'
import type { SlackConfig } from '../config.ts'
import type { Acquaintances } from '../domain/person.ts'
import { makeLog } from '../log.ts'
import { promptOptions } from './clients.ts'
import { makeDirectory } from './directory.ts'
import { makeFeatures } from './features.ts'

/** What Slack knows of people, for a process that takes no requests from it. It logs nothing: who asks is told. */
export function groupsOfSlack(config: SlackConfig): Acquaintances {
  const log = makeLog({ level: 'silent', redact: (text) => text })
  const client = new WebClient(config.botToken, promptOptions(config, log))
  return makeDirectory({ client, groups: [], features: makeFeatures(log), log })
}
