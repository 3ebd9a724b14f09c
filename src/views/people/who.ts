import type { Contact } from '../../domain/escalation.ts'
import type { Instant } from '../../domain/json.ts'
import type { OnCall } from '../../domain/on-call.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Run } from '../../domain/run.ts'
import type { Runbook } from '../../domain/runbook.ts'
import {
  bold,
  clock,
  code,
  note,
  person,
  say,
  text,
  type Line,
  type Part,
  type View,
} from '../../domain/view.ts'
import { operatorRole } from '../../config.ts'
import { acknowledgedLine } from './acknowledged.ts'
import { anyOf, codes, joined, listed } from '../words/line.ts'
import { reachLine, timesLine } from './contacts.ts'
import { faultLine } from '../problem/people-reach.ts'
import { typed } from '../words/typed.ts'

/** Who has a role; `untold`: user groups that nobody tells the members of. */
export interface Holders {
  role: string
  people: readonly string[]
  untold: readonly string[]
}

/** Whom a contact is at this moment. */
export interface Serving {
  contact: Contact
  /** Of its user group; null: it has none, or nobody tells. */
  members: readonly string[] | null
  onCall: OnCall | null
  lost: Problem<'on-call-unknown'> | null
  /** Whose notifications are paused now. */
  paused: readonly Pause[]
  /** The same at the hour of the schedule; null: nothing is scheduled. */
  pausedThen: readonly Pause[] | null
}

type Pause = { person: string; from: Instant; until: Instant }

export interface WhoGiven {
  holders: readonly Holders[]
  serving: readonly Serving[]
  running: Run | null
  /** Whether e-mail is sent. */
  mails: boolean
}

/** Who decides, who is pinged when and on which ways, and who helps besides. */
export function whoView(runbook: Runbook, { holders, serving, running, mails }: WhoGiven): View {
  const { contacts, escalation, approvals } = runbook
  const pinged = new Set(escalation.map(({ contact }) => contact))
  const others = contacts.filter(({ role }) => !pinged.has(role))
  const held = (role: string): Line => holdersLine(holders.find((each) => each.role === role))
  return {
    state: running
      ? say`${bold(runbook.name)} on ${code(runbook.target.database)}: run ${running.id} is under way. ${acknowledgedLine(running)}`
      : say`${bold(runbook.name)} on ${code(runbook.target.database)}: nothing runs`,
    parts: [
      text(say`${bold('Runs it and decides:')} ${held(operatorRole)}`),
      ...approvals.map(({ says, role }) => text(say`${bold(`Says ${says}`)} (${role}): ${held(role)}`)),
      ...list(
        'Pinged while nobody answers:',
        escalation.flatMap((step) => {
          const found = serving.find(({ contact }) => contact.role === step.contact)
          return found ? [say`${timesLine(step)}: ${contactLine(found.contact)}${servingLine(found)}`] : []
        }),
      ),
      ...list('Helps besides:', others.map(contactLine)),
      ...(escalation.length === 0
        ? [note(say`The runbook’s ${code('escalation')} is empty: nobody but who has the run is asked.`)]
        : []),
      note(
        say`Nobody was pinged by this. ${
          mails
            ? 'Who is called is written to as well, where an e-mail address is there.'
            : 'No e-mail is sent: addresses are for people to use.'
        } To try who is reached: ${typed(`who ${runbook.name} test`)}.`,
      ),
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

/** Who that is now, and whether a message would wake them. */
const servingLine = ({ members, onCall, lost, paused, pausedThen }: Serving): Line => [
  ...(members
    ? say`; in the group now: ${members.length ? listed(members.map((each) => person(each))) : bold('nobody')}`
    : []),
  ...(onCall
    ? say`; on call now: ${listed([...onCall.people.map((each) => person(each)), ...onCall.mail])}`
    : []),
  ...(lost ? say`; ${bold('nobody knows who is on call')}: ${faultLine(lost.why)}` : []),
  ...pauseLine(paused, 'now'),
  ...pauseLine(pausedThen ?? [], 'when it is to run'),
]

const pauseLine = (paused: readonly Pause[], when: string): Line =>
  paused.length
    ? say`; ${bold(`notifications paused ${when}`)}: ${joined(
        paused.map(
          ({ person: who, from, until }) => say`${person(who)} from ${clock(from)} to ${clock(until)}`,
        ),
      )}`
    : []

const list = (title: string, items: Line[]): Part[] =>
  items.length ? [text([bold(title)]), { part: 'list', numbered: false, items }] : []
