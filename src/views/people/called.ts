import { contactOf, type Contact, type Timed } from '../../domain/escalation.ts'
import type { Event, Pinged } from '../../domain/event.ts'
import type { Run } from '../../domain/run.ts'
import { bold, clock, note, person, say, text, type Line, type Part } from '../../domain/view.ts'
import { operatorRole } from '../../config.ts'
import { isPinged, reachLine } from './contacts.ts'
import { codes, joined, listed, whom } from '../words/line.ts'
import { faultLine } from '../problem/people-reach.ts'
import { moment, secondsBetween } from '../words/time.ts'

// Whom a ping called, and by what: the parts of its message that are not about the run.

/** Seconds after its time at which a ping says that it is late. */
export const isLate = 60

const pausedWords = 'notifications paused'

/** The contacts as which somebody reads a ping outside of Slack: by e-mail address, or by the role of a pager. */
export function rolesOf({ steps, onCall = [] }: Pinged, { plan }: Run, to: string): string[] {
  const contacts = steps.map(({ place }) => contactOf(plan.approved.runbook, place))
  const serving = onCall.filter(({ mail }) => mail.includes(to)).map(({ contact }) => contact)
  const mine = contacts.filter(({ role, email }) => role === to || email === to || serving.includes(role))
  return [...new Set(mine.map(({ role }) => role))]
}

/** Who is meant, where it pings: in the first line. `mine`: as whom its only reader is. */
export function addressed(
  { people, asked, paused = [] }: Pinged,
  { holder }: Run,
  mine: readonly string[] = [],
): Line {
  if (mine.length > 0) return say`${bold(`You are called as ${mine.join(', ')}`)}: please look`
  const everybody = [...new Set([...people, ...asked])]
  if (everybody.length === 0) return say`Nobody of this step can be pinged here; ${whom(holder)} was asked`
  const named = everybody.map((each) =>
    paused.includes(each) ? say`${whom(each)} (${pausedWords})` : [whom(each)],
  )
  return say`${listed(named)}, please look`
}

/** What should have been pinged before: one message for all of it. */
export function overdue({ at, steps }: Event & Pinged, run: Run): Part[] {
  const late = steps.filter((step) => secondsBetween(step.at, at) > isLate)
  if (late.length === 0) return []
  return [
    text(
      say`${bold('Overdue:')} ${joined(late.map((step) => roleAt(step, run)))}. Lockkeeper could not ping then; this is one ping for all.`,
    ),
  ]
}

const roleAt = ({ place, at }: Timed, run: Run): Line =>
  say`${contactOf(run.plan.approved.runbook, place).role} was due ${moment(at, at)}`

/** Who was meant besides people of Slack, and whom only people can reach; but its reader, who knows. */
export function calls(event: Pinged, { plan }: Run, mine: readonly string[] = [], to?: string): Part[] {
  const { steps, untold, onCall = [], lost = [], early = [] } = event
  const mail = (event.mail ?? []).filter((address) => address !== to)
  const webhooks = (event.webhooks ?? []).filter((role) => role !== to)
  const { runbook } = plan.approved
  const contacts = steps.map(({ place }) => contactOf(runbook, place))
  const by = (role: string) => contacts.find((contact) => contact.role === role)
  return [
    ...lost.map(({ contact, why }) =>
      text(
        say`${bold(`Nobody knows who is on call for ${contact}:`)} ${faultLine(why)}.${phoneOf(by(contact))}`,
      ),
    ),
    ...(untold.length
      ? [text(say`Slack tells of nobody in user group ${codes(untold)}: nobody of it was pinged.`)]
      : []),
    ...early.map((place) =>
      text(
        say`${bold(contactOf(runbook, place).role)} is called before the time for it, since nobody of the step before is known.`,
      ),
    ),
    ...contacts
      .filter((contact) => !isPinged(contact) && !mine.includes(contact.role))
      .map((contact) => text(say`${bold(`Call ${contact.role}:`)} ${reachLine(contact)}`)),
    ...onCall.map(({ contact, people, mail: addresses }) =>
      note(say`On call for ${contact}: ${listed([...people.map((each) => person(each)), ...addresses])}.`),
    ),
    ...(mail.length ? [note(say`Also by e-mail to ${listed(mail)}.`)] : []),
    ...(webhooks.length ? [note(say`Also by the pager of ${listed(webhooks)}.`)] : []),
  ]
}

const phoneOf = (contact: Contact | undefined): Line => (contact?.phone ? say` Call ${contact.phone}.` : [])

/** Who was pinged before this, and whether they can have noticed. */
export function before(event: Event, pings: readonly (Event & Pinged)[], run: Run): Line[] {
  const earlier = pings.filter(({ seq }) => seq < event.seq)
  if (earlier.length === 0) return []
  const said = earlier.map((ping) => {
    const roles = ping.steps.map(({ place }) => contactOf(run.plan.approved.runbook, place).role)
    return say`${roles.join(', ')} at ${clock(ping.at)}${unnoticed(ping)}`
  })
  return [say`Before: ${joined(said)}.`]
}

function unnoticed({ people, asked, paused = [] }: Pinged): Line {
  if (paused.length === 0) return []
  return paused.length === new Set([...people, ...asked]).size
    ? say` (${pausedWords})`
    : say` (${pausedWords}: ${listed(paused.map((each) => person(each)))})`
}

export function informed({ steps }: Pinged, { plan }: Run): Part[] {
  const told = steps
    .map(({ place }) => contactOf(plan.approved.runbook, place))
    .filter((contact) => contact.informed)
  return told.length
    ? [note(say`${told.map(({ role }) => role).join(', ')}: told only. ${{ role: operatorRole }} decide.`)]
    : []
}
