import type { Invitation } from '../../domain/letter.ts'
import type { About } from '../../domain/notice.ts'
import type { Schedule } from '../../domain/schedule.ts'
import { bold, code, person, say, text, type Part, type View } from '../../domain/view.ts'
import { acknowledgeLabel } from '../people/acknowledged.ts'
import { slackLineOf } from '../words/typed.ts'

/** A view's parts in a letter, where nothing can be pressed: a button is the line to type in Slack. */
export function letterParts({ parts, actions }: Pick<View, 'parts' | 'actions'>): Part[] {
  if (actions.length === 0) return parts
  const items = actions.map((action) => say`${code(slackLineOf(action))}: ${action.says}`)
  return [
    ...parts,
    text(['To answer, type one of these in Slack:']),
    { part: 'list', numbered: false, items },
  ]
}

/**
 * What a notice does to its readers' calendars; null: nothing. Of the schedule as it is now: what is sent late must not
 * bring an earlier time back.
 */
export function invitationOf(about: About, schedule: Schedule): Invitation | null {
  const { id, madeAt, moves, window, runbook, over } = schedule
  const entry = { id, madeAt, title: `${runbook.product} unavailable`, window }
  if (about.is === 'called-off') return { ...entry, method: 'cancel', sequence: moves + 1 }
  const asks = (about.is === 'ahead' || about.is === 'moved') && !over
  return asks ? { ...entry, method: 'request', sequence: moves } : null
}

/** A ping with the link to a page that has its button: an e-mail has none. */
export const withTakeLink = (view: View, url: string, owner: string): View => ({
  ...view,
  parts: [
    text(
      say`${bold(`${acknowledgeLabel}:`)} ${url} opens a page with that button, for ${person(owner)} alone.`,
    ),
    ...view.parts,
  ],
})
