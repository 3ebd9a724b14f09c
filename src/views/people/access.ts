import type { Account } from '../../domain/account.ts'
import type { Via } from '../../domain/choice.ts'
import type { Event } from '../../domain/event.ts'
import { bold, clock, code, note, say, text, type Line, type View } from '../../domain/view.ts'
import { changesLine } from '../words/access.ts'

/** Where something was typed: `, in the terminal (dan on db-1)`; nothing of what came from Slack. */
export function accountLine({ via, account }: { via?: Via | null; account?: Account | null }): Line {
  if (via === 'page') return say`, by a link in an e-mail`
  if (via !== 'terminal') return []
  return account ? say`, in the terminal (${code(accountName(account))})` : say`, in the terminal`
}

/** `root on db-1, logged in as uid 1000` where the login is another user. */
export const accountName = ({ user, uid, host, login }: Account): string =>
  `${user} on ${host}${login === null || login === uid ? '' : `, logged in as uid ${login}`}`

type AccessEvent = Extract<Event, { is: 'access.changed' | 'access.refused' }>

export function accessLine(event: AccessEvent): Line {
  if (event.is === 'access.changed') return say`who may do what has changed: ${changesLine(event.changes)}`
  return say`a terminal was refused, since its configuration or runbook is another one than the bot’s`
}

/** What everybody should know of who may do what. */
export function accessView(event: AccessEvent): View {
  if (event.is === 'access.changed')
    return {
      state: say`${bold('Who may do what has changed')} at ${clock(event.at)}: ${changesLine(event.changes)}`,
      parts: [
        note(
          say`Recorded by a bot that started with ${code(event.file)} on ${event.host}, as operating-system user ${code(event.user)}. Approvals that were given stay.`,
        ),
      ],
      actions: [],
    }
  const { account, changes } = event
  const other = changes.some((change) => 'runbook' in change) ? 'runbook' : 'configuration'
  return {
    state: say`${bold('A terminal was refused')} at ${clock(event.at)}: ${code(account ? accountName(account) : event.by)} typed with another ${other} than the bot’s`,
    parts: [
      text(
        say`The ${other} is ${code(event.file)}. In it, other than in the bot’s: ${changesLine(changes)}. Nothing was done.`,
      ),
      note(say`If you do not know why, ask who uses that account.`),
    ],
    actions: [],
  }
}
