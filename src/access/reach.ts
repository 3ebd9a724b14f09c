import type { Contact } from '../domain/escalation.ts'
import type { Instant } from '../domain/json.ts'
import type { OnCall } from '../domain/on-call.ts'
import { isQuiet, quietAt, type Acquaintances, type Quiet } from '../domain/person.ts'
import type { Problem } from '../domain/problem.ts'
import type { Result } from '../domain/result.ts'
import type { Runbook } from '../domain/runbook.ts'

/** What tells whom a contact is. Nothing of it is asked within a transaction. */
export interface Around extends Pick<Acquaintances, 'members' | 'quietOf'> {
  /** Who is on call at this moment. Fails with `on-call-unknown`. */
  onCall: (contact: Contact, runbook: Runbook) => Promise<Result<OnCall>>
  /** Whether e-mail is sent at all. */
  mails: boolean
}

/** Whom a ping of one contact goes to, as it was found out at one moment. */
export interface Reached {
  /** Each once. */
  people: string[]
  mail: string[]
  webhook: boolean
  /** Of the people: whose notifications are paused. */
  paused: string[]
  onCall: OnCall | null
  /** Its user group, where it is empty or nobody tells the members of it. */
  untold: string | null
  lost: Problem<'on-call-unknown'> | null
}

/** Looks up whom a contact is now. Where nobody tells, it says so; it never fails. */
export async function reach(
  contact: Contact,
  runbook: Runbook,
  around: Around,
  now: Instant,
): Promise<Reached> {
  const { person, group, email, webhook } = contact
  const [members, onCall] = await Promise.all([
    group ? around.members(group) : [],
    contact.onCall ? around.onCall(contact, runbook) : null,
  ])
  const serving = onCall?.ok ? onCall.value : null
  const people = [
    ...new Set([...(person ? [person] : []), ...(members ?? []), ...(serving ? serving.people : [])]),
  ]
  return {
    people,
    mail: around.mails ? [...new Set([...(email ? [email] : []), ...(serving ? serving.mail : [])])] : [],
    webhook: webhook !== undefined,
    paused: (await pausedOf(people, around, now)).map(({ person: paused }) => paused),
    onCall: serving,
    untold: group && !members?.length ? group : null,
    lost: onCall && !onCall.ok && onCall.problem.code === 'on-call-unknown' ? onCall.problem : null,
  }
}

/** A person whose notifications are paused at a time. */
export type PausedPerson = { person: string } & Quiet

/** Of these people, whose notifications are paused now; `then`: at another moment, as far as today tells. */
export async function pausedOf(
  people: readonly string[],
  { quietOf }: Pick<Acquaintances, 'quietOf'>,
  now: Instant,
  then: Instant | null = null,
): Promise<PausedPerson[]> {
  const found = await Promise.all(
    people.map(async (person) => {
      const quiet = await quietOf(person)
      if (!quiet) return []
      const at = then ? quietAt(quiet, then) : isQuiet(quiet, now) ? quiet : null
      return at ? [{ person, ...at }] : []
    }),
  )
  return found.flat()
}

/**
 * Somebody should have been called, and nobody is known: the next one is called at once. Of a contact that only people
 * can call, its telephone number is told instead.
 */
export const missed = ({ people, mail, webhook, untold, onCall, lost }: Reached): boolean =>
  people.length === 0 &&
  !webhook &&
  (untold !== null || lost !== null || (onCall !== null && mail.length === 0))
