import { pausedOf, reach, type Around, type Reached } from '../access/reach.ts'
import type { Contact } from '../domain/escalation.ts'
import type { Check, Finding } from '../domain/finding.ts'
import type { Instant } from '../domain/json.ts'
import type { Acquaintances } from '../domain/person.ts'
import type { Runbook } from '../domain/runbook.ts'
import { note, warning } from './looked.ts'

export interface CallsAround extends Around, Pick<Acquaintances, 'goneWhy'> {
  now: Instant
  /** When it is to run; null: nobody has scheduled it. */
  plannedFor: Instant | null
  /** Everybody who may decide; null where nobody tells who is in a group of them. */
  deciders: readonly string[] | null
}

type Called = { contact: Contact } & Reached

/**
 * Whether those whom a runbook's escalation calls could be reached, and may decide. Who is on call is asked. Never fails,
 * and forbids nothing: what Slack does not tell is not found.
 */
export async function callsReached(runbook: Runbook, around: CallsAround): Promise<Check> {
  const { contacts, escalation } = runbook
  const roles = new Set(escalation.map(({ contact }) => contact))
  const called: Called[] = await Promise.all(
    contacts
      .filter(({ role }) => roles.has(role))
      .map(async (contact) => ({ contact, ...(await reach(contact, runbook, around, around.now)) })),
  )
  return {
    name: 'People of the escalation',
    findings: [
      ...onlySlack(runbook, called),
      ...called.flatMap(({ lost }) => (lost ? [warning(lost)] : [])),
      ...(await Promise.all(called.map((each) => groupEmpty(each, around)))).flat(),
      ...(await Promise.all(called.map((each) => gone(each, around)))).flat(),
      ...called.flatMap((each) => undecided(each, around)),
      ...(await paused(called, around)),
    ],
  }
}

/** A telephone number wakes somebody only once another person dials it. */
function onlySlack({ name, target }: Runbook, called: readonly Called[]): Finding[] {
  if (!target.production || called.some(({ mail, webhook }) => webhook || mail.length > 0)) return []
  const phones = called.flatMap(({ contact }) => (contact.phone ? [contact.role] : []))
  return [warning({ code: 'pager-slack-only', runbook: name, phones })]
}

async function groupEmpty({ contact, untold }: Called, { members }: CallsAround): Promise<Finding[]> {
  const isEmpty = untold !== null && (await members(untold))?.length === 0
  return isEmpty ? [warning({ code: 'contact-group-empty', contact: contact.role, group: untold })] : []
}

async function gone({ contact, people }: Called, { goneWhy }: CallsAround): Promise<Finding[]> {
  const found = await Promise.all(people.map(async (person) => ({ person, why: await goneWhy(person) })))
  return found.flatMap(({ person, why }) =>
    why ? [warning({ code: 'contact-gone', contact: contact.role, person, why })] : [],
  )
}

/** Of who is in a group, or on call, nothing is known before now. */
function undecided({ contact, people }: Called, { deciders }: CallsAround): Finding[] {
  if (contact.informed || deciders === null) return []
  const others = people.filter((person) => !deciders.includes(person))
  return others.length > 0
    ? [warning({ code: 'contact-undecided', contact: contact.role, people: others })]
    : []
}

/** At the hour at which it is to run, or now: what comes every day is taken to come on that day too. */
async function paused(called: readonly Called[], around: CallsAround): Promise<Finding[]> {
  const { now, plannedFor } = around
  const found = await Promise.all(
    called.map(async ({ contact, people }) =>
      (await pausedOf(people, around, now, plannedFor)).map((each) => ({ contact: contact.role, ...each })),
    ),
  )
  const all = found.flat()
  return all.length > 0
    ? [note({ code: 'contact-paused', at: plannedFor ?? now, planned: plannedFor !== null, paused: all })]
    : []
}
