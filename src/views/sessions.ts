import type { Instant } from '../domain/json.ts'
import type { Session } from '../domain/session.ts'
import { bold, say, type Line, type Option } from '../domain/view.ts'
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
    session.application || (session.backendType === 'client backend' ? '' : session.backendType),
    session.client,
  ]
    .filter(Boolean)
    .join(' · ')

/** `4242 · reporting · Metabase · 10.0.0.5 · idle in transaction since 02:39:10 (22 min), last SELECT`. */
export const sessionLine = (session: Session, seen?: Instant): Line => {
  const lasted = seen ? ` (${seconds(secondsBetween(session.stateSince, seen))})` : ''
  const last = session.command ? `, last ${session.command}` : ''
  return say`${bold(`${session.pid} · ${session.role}`)} · ${who(session)} · ${session.state} since ${moment(session.stateSince, seen)}${lasted}${last}`
}

const sessionBriefly = (session: Session, seen?: Instant): Line => {
  const lasted = seen ? `, ${seconds(secondsBetween(session.stateSince, seen))}` : ''
  return say`${bold(String(session.pid))} (${session.role || session.backendType}, ${session.state} since ${moment(session.stateSince, seen)}${lasted})`
}

/** `session 4242 (reporting, idle in transaction since 02:39:10, 22 min)`. */
export const sessionsBriefly = (sessions: readonly Session[], seen?: Instant, most = 5): Line =>
  say`${sessions.length === 1 ? 'session' : 'sessions'} ${firstOf(
    sessions.map((session) => sessionBriefly(session, seen)),
    most,
  )}`

/**
 * A checkbox of one session. Its value is the PID: the gate's own question says which transaction was meant. It says how
 * long, and not since when: nothing in it is drawn in the reader's own time zone.
 */
export const sessionOption = (session: Session, seen: Instant): Option => ({
  value: String(session.pid),
  label: clipped(`${session.pid} · ${session.role} · ${who(session)}`, 75),
  hint: clipped(
    `${session.state} for ${seconds(Math.max(0, secondsBetween(session.stateSince, seen)))}; ${
      session.xactStart === null
        ? 'no transaction'
        : session.wrote
          ? 'rolls back what it wrote'
          : 'wrote nothing'
    }`,
    75,
  ),
})
