import type { Due, MailAddress } from '../store/deliveries.ts'
import type { View } from '../domain/view.ts'
import type { Queryable } from '../store/transaction.ts'
import { contactOf } from '../domain/escalation.ts'
import { keepButton } from '../store/buttons.ts'
import { eventAt } from '../store/events.ts'
import { runById } from '../store/runs.ts'
import { withTakeLink } from '../views/notice/letter.ts'

/** Days that such a link can be used. */
const linkDays = 1

/** The path of the page with the button. */
export const takePath = (nonce: string): string => `/take/${nonce}`

/**
 * A ping to an address whose owner the runbook names, with a link that acknowledges it: the owner's alone. An address of several
 * people, or of nobody in Slack, gets none: nobody could say who pressed it.
 */
export async function linked(
  tx: Queryable,
  base: string | undefined,
  { key, to, shows }: Pick<Due<MailAddress>, 'key' | 'to' | 'shows'>,
  view: View,
): Promise<View> {
  if (!base || !('event' in shows) || !view.actions.some(({ command }) => command === 'ack')) return view
  const event = await eventAt(tx, shows.event)
  const run = event?.is === 'alarm.pinged' && event.run ? await runById(tx, event.run) : null
  if (!run || event?.is !== 'alarm.pinged') return view
  const { runbook } = run.plan.approved
  const contacts = event.steps.map(({ place }) => contactOf(runbook, place))
  const owners = new Set(
    contacts.flatMap(({ email, person }) => (email === to.mail && person ? [person] : [])),
  )
  const [owner, ...others] = owners
  if (!owner || others.length > 0) return view
  const button = { delivery: key, command: 'ack', input: { run: run.id }, person: owner }
  return withTakeLink(view, `${base}${takePath(await keepButton(tx, button, linkDays))}`, owner)
}
