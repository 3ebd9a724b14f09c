import { WebClient } from '@slack/web-api'
import type { SlackConfig } from '../config.ts'
import type { Directory } from '../domain/person.ts'
import { makeLog } from '../log.ts'
import { promptOptions } from './clients.ts'
import { makeDirectory } from './directory.ts'
import { makeFeatures } from './features.ts'

/** Who is in a user group, for a process that takes no requests from Slack. It logs nothing: who asks is told. */
export function groupsOfSlack(config: SlackConfig): Pick<Directory, 'members'> {
  const log = makeLog({ level: 'silent', redact: (text) => text })
  const client = new WebClient(config.botToken, promptOptions(config, log))
  return makeDirectory({ client, groups: [], features: makeFeatures(log), log })
}
