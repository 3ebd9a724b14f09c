import type { Contact } from '../domain/escalation.ts'
import type { Run } from '../domain/run.ts'
import type { Runbook } from '../domain/runbook.ts'
import { bold, clock, code, note, say, text, type Line, type Part, type View } from '../domain/view.ts'
import { operatorRole } from '../config.ts'
import { anyOf, codes, whom } from './line.ts'
import { reachLine, timesLine } from './contacts.ts'

/** Who has a role; `untold`: user groups that nobody tells the members of. */
export interface Holders {
  role: string
  people: readonly string[]
  untold: readonly string[]
}

/** Who decides, who is pinged when, and who helps besides. */
export function whoView(runbook: Runbook, holders: readonly Holders[], running: Run | null): View {
  const { contacts, escalation, approvals } = runbook
  const pinged = new Set(escalation.map(({ contact }) => contact))
  const others = contacts.filter(({ role }) => !pinged.has(role))
  const held = (role: string): Line => holdersLine(holders.find((each) => each.role === role))
  return {
    state: running
      ? say`${bold(runbook.name)} on ${code(runbook.target.database)}: ${whom(running.holder)} has run ${running.id}${
          running.heldSince ? say` since ${clock(running.heldSince)}` : ', as its starter'
        }`
      : say`${bold(runbook.name)} on ${code(runbook.target.database)}: nothing runs`,
    parts: [
      text(say`${bold('Runs it and decides:')} ${held(operatorRole)}`),
      ...approvals.map(({ says, role }) => text(say`${bold(`Says ${says}`)} (${role}): ${held(role)}`)),
      ...list(
        'Pinged while nobody answers:',
        escalation.flatMap((step) => {
          const contact = contacts.find(({ role }) => role === step.contact)
          return contact ? [say`${timesLine(step)}: ${contactLine(contact)}`] : []
        }),
      ),
      ...list('Helps besides:', others.map(contactLine)),
      ...(escalation.length === 0
        ? [note(say`The runbook’s ${code('escalation')} is empty: nobody but who has the run is asked.`)]
        : []),
      note(say`Nobody was pinged by this.`),
    ],
    actions: [],
  }
}

const holdersLine = (holders: Holders | undefined): Line =>
  say`${anyOf(holders?.people ?? [], 'nobody who is known here')}${
    holders?.untold.length
      ? say`; and user group ${codes(holders.untold)}, whose members nobody tells here`
      : []
  }`

const contactLine = (contact: Contact): Line =>
  say`${bold(contact.role)} — ${reachLine(contact)}${contact.when ? `; ${contact.when}` : ''}${
    contact.informed ? '; told only, does not decide' : ''
  }`

const list = (title: string, items: Line[]): Part[] =>
  items.length ? [text([bold(title)]), { part: 'list', numbered: false, items }] : []
