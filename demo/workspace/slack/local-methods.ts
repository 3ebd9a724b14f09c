import { people, userGroups } from '../cast.ts'
import { messageKey, type WorkspaceState } from '../state.ts'
import type { Answer } from './emulator.ts'
import type { Arguments } from './emulator.ts'

type LocalMethod = (values: Arguments) => Answer | Promise<Answer>

/** Web API methods that `emulate` does not have, or answers with addresses that lead nowhere. */
export function localMethods({
  state,
  pageUrl,
}: {
  state: WorkspaceState
  pageUrl: string
}): Record<string, LocalMethod> {
  return {
    'usergroups.list': () => ({
      ok: true,
      usergroups: userGroups.map((group) => ({
        ...group,
        is_usergroup: true,
        date_delete: 0,
        users: membersOf(group.id),
      })),
    }),
    'usergroups.users.list': ({ usergroup }) =>
      userGroups.some((group) => group.id === usergroup)
        ? { ok: true, users: membersOf(usergroup!) }
        : { ok: false, error: 'no_such_subteam' },
    'dnd.info': () => ({ ok: true, ...awake }),
    'dnd.teamInfo': () => ({
      ok: true,
      users: Object.fromEntries(people.map((person) => [person.id, awake])),
    }),
    // Socket Mode is for bots that nobody can reach; this one is reached over HTTP.
    'apps.connections.open': () => ({ ok: false, error: 'not_allowed_token_type' }),
    'chat.getPermalink': ({ channel, message_ts: ts }) => {
      const message = state.messages.get(messageKey(channel ?? '', ts ?? ''))
      if (!message) return { ok: false, error: 'message_not_found' }
      const thread =
        message.threadTs && message.threadTs !== message.ts ? `?thread_ts=${message.threadTs}` : ''
      return {
        ok: true,
        channel,
        permalink: `${pageUrl}/archives/${message.channel}/p${message.ts.replace('.', '')}${thread}`,
      }
    },
  }
}

const awake = { dnd_enabled: false, next_dnd_start_ts: 1, next_dnd_end_ts: 1, snooze_enabled: false }

const membersOf = (group: string): string[] =>
  people.filter((person) => person.groups.includes(group)).map((person) => person.id)
