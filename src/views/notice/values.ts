import type { About, Notice } from '../../domain/notice.ts'
import type { Runbook } from '../../domain/runbook.ts'
import type { Inline } from '../../domain/view.ts'
import type { Values } from '../../templates/fill.ts'
import { variablesOf, type Variable } from '../../templates/variables.ts'
import { counted } from '../words/amounts.ts'
import { momentsOf, zonedInWords, zoneOf } from '../words/zoned.ts'

/** The times that a notice tells. */
export interface Times {
  window: Inline
  start: Inline
  end: Inline
  date: Inline
  /** Users are out, or in again, since. */
  since: Inline
  was: Inline
  news: Inline
}

/** A notice's times, for readers in several zones. */
export function timesOf(
  { about, window, dueAt }: Pick<Notice, 'about' | 'window' | 'dueAt'>,
  runbook: Runbook,
): Times {
  const zone = zoneOf(runbook)
  const told = { window, zone }
  const [start, end] = momentsOf(told).map((moment) => ({ moment, zone }))
  return {
    window: told,
    start: start ?? told,
    end: end ?? told,
    date: { day: window.start, zone },
    since: { moment: dueAt, zone },
    was: about.is === 'moved' ? zonedInWords({ window: about.from, zone }, { year: false }) : '',
    news: about.is === 'overrun' ? { moment: about.news, zone } : '',
  }
}

/** For a preview, while nothing is scheduled. */
export const timesToCome: Times = {
  window: { italic: 'day and window' },
  start: { italic: 'day and start' },
  end: { italic: 'day and end' },
  date: { italic: 'day' },
  since: { italic: 'day and time' },
  was: { italic: 'the day and window that were told before' },
  news: { italic: 'day and time' },
}

/** An announcement of a kind, while nothing is known of it but whether a migration is taken back. */
export function sampleOf(kind: About['is'], isRollback = false): About {
  switch (kind) {
    case 'moved':
      return { is: kind, from: { start: '', end: '' } }
    case 'called-off':
      return { is: kind, reason: '(the reason, if one is given)', missed: false }
    case 'overrun':
      return { is: kind, news: '', says: null }
    case 'unchanged':
      return { is: kind, takenBack: isRollback }
    case 'start':
      return { is: kind, ...(isRollback && { takenBack: true }) }
    case 'ahead':
    case 'end':
      return { is: kind }
  }
}

/** What a notice's templates are filled with. */
export function valuesOf(about: About, runbook: Runbook, times: Times): Values {
  const { product, title, purpose, contacts } = runbook
  const all: Record<Variable, Values[string]> = {
    product,
    title,
    purpose,
    contacts: contacts.map(contactWords),
    duration: durationWords(runbook),
    ...times,
    takenBack: 'takenBack' in about && about.takenBack ? 'taken back' : null,
    reason: about.is === 'called-off' ? about.reason : null,
    says: about.is === 'overrun' ? about.says : null,
  }
  return Object.fromEntries(variablesOf(about.is).map((name) => [name, all[name]]))
}

/** `DBA On-Call: dba@morishr.com, +230-…`; somebody who is only in Slack is mentioned, as a text mentions them. */
function contactWords({ role, person, email, phone }: Runbook['contacts'][number]): string {
  const ways = [email, phone].filter((way) => way !== undefined)
  const inSlack = person ? [`<@${person}>`] : []
  return `${role}: ${(ways.length ? ways : inSlack).join(', ') || 'nothing is written down'}`
}

const units = [
  { ms: 3_600_000, name: 'hour' },
  { ms: 60_000, name: 'minute' },
  { ms: 1_000, name: 'second' },
]

/** `about 15 minutes`, as users were told; without that, `up to 30 minutes`. */
export function durationWords({ window: { expected, within } }: Pick<Runbook, 'window'>): string {
  const length = expected ?? within
  const unit = units.find(({ ms }) => length % ms === 0) ?? { ms: 1_000, name: 'second' }
  return `${expected === undefined ? 'up to' : 'about'} ${counted(Math.ceil(length / unit.ms), unit.name)}`
}
