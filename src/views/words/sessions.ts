import type { Instant } from '../../domain/json.ts'
import { sortOf, type EndedSession, type Session, type SessionSort } from '../../domain/session.ts'
import { bold, say, type Line, type Option } from '../../domain/view.ts'
import { clipped, firstOf } from './line.ts'
import { moment, secondsBetween } from './time.ts'
import { seconds } from './amounts.ts'

/** What ending it costs. Whether it wrote is whether its transaction has an ID. */
export const endingLoses = (session: Session): string =>
  session.xactStart === null
    ? 'no transaction is open: nothing is lost'
    : session.wrote
      ? 'its open transaction is rolled back; what it committed stays'
      : 'its open transaction wrote nothing: nothing is lost'

const who = (session: Session): string =>
  [
    sortOf(session) === 'client' || session.application === session.backendType ? '' : session.backendType,
    session.application,
    session.client,
  ]
    .filter(Boolean)
    .join(' · ')

/** Background workers have a state only while they are in a transaction. */
const stateOf = ({ state }: Session): string => state || 'connected'

/** Of one that is no client's: what it is, and what makes it leave for good. */
const sorts: Record<Exclude<SessionSort, 'client'>, string> = {
  parallel: 'works for another session and ends with it: end that one',
  replication:
    'sends changes of this database to a subscriber or a backup, which connects again when it is ended: stop that one',
  subscription:
    'applies a subscription, and is begun again when it is ended: ALTER SUBSCRIPTION … DISABLE stops it',
  background:
    'is a background worker, of an extension such as pg_cron or TimescaleDB, or of the server; most are begun again when they are ended: stop it by what began it, such as a setting of its extension',
}

/** What those are that are no clients', one sentence for each sort. */
export const sortLines = (sessions: readonly Session[]): Line[] =>
  (Object.keys(sorts) as (keyof typeof sorts)[]).flatMap((sort) => {
    const [first] = sessions.filter((session) => sortOf(session) === sort)
    return first ? [say`${bold(String(first.pid))} (${first.backendType}) ${sorts[sort]}.`] : []
  })

/** `4242 · reporting · Metabase · 10.0.0.5 · idle in transaction since 02:39:10 (22 min), last SELECT`. */
export const sessionLine = (session: Session, seen?: Instant): Line => {
  const lasted = seen ? ` (${seconds(secondsBetween(session.stateSince, seen))})` : ''
  const last = session.command ? `, last ${session.command}` : ''
  return say`${bold(`${session.pid} · ${session.role}`)} · ${who(session)} · ${stateOf(session)} since ${moment(session.stateSince, seen)}${lasted}${last}`
}

const sessionBriefly = (session: Session, seen?: Instant): Line => {
  const lasted = seen ? `, ${seconds(secondsBetween(session.stateSince, seen))}` : ''
  const type = sortOf(session) === 'client' && session.role ? '' : session.backendType
  const whose = [session.role, type].filter(Boolean).join(' · ')
  return say`${bold(String(session.pid))} (${whose}, ${stateOf(session)} since ${moment(session.stateSince, seen)}${lasted})`
}

/** `session 4242 (reporting, idle in transaction since 02:39:10, 22 min)`. */
export const sessionsBriefly = (sessions: readonly Session[], seen?: Instant, most = 5): Line =>
  say`${sessions.length === 1 ? 'session' : 'sessions'} ${firstOf(
    sessions.map((session) => sessionBriefly(session, seen)),
    most,
  )}`

/** `8608 (hrms_reporting, Metabase)`. */
export const endedBriefly = (sessions: readonly EndedSession[]): Line =>
  firstOf(
    sessions.map(
      ({ pid, role, application }) =>
        say`${bold(String(pid))} (${[role, application].filter(Boolean).join(', ')})`,
    ),
    5,
  )

/**
 * A checkbox of one session. Its value is the PID: the form carries which transaction was meant. It says how
 * long, and not since when: nothing in it is drawn in the reader's own time zone.
 */
export const sessionOption = (session: Session, seen: Instant): Option => ({
  value: String(session.pid),
  label: clipped(`${session.pid} · ${session.role} · ${who(session)}`, 75),
  hint: clipped(
    `${stateOf(session)} for ${seconds(Math.max(0, secondsBetween(session.stateSince, seen)))} when asked; ${
      session.xactStart === null
        ? 'no transaction'
        : session.wrote
          ? 'rolls back what it wrote'
          : 'wrote nothing'
    }`,
    75,
  ),
})
