import type { WebClient } from '@slack/web-api'
import type pg from 'pg'
import type { Channel } from '../domain/delivery.ts'
import type { Desk } from '../domain/desk.ts'
import type { Directory } from '../domain/person.ts'
import type { Log } from '../log.ts'
import type { Conversations } from './conversations.ts'
import type { GroupsOfRole } from './line.ts'

/** What Slack's listeners work with. */
export interface Front {
  desk: Desk
  store: pg.Pool
  /** Bolt's own: prompt, because triggers are short-lived. */
  client: WebClient
  channel: Channel
  directory: Directory
  conversations: Conversations
  groups: GroupsOfRole
  log: Log
}
