import type { Line, Part } from '../domain/view.ts'
import { kindOf } from '../domain/notice.ts'
import type { Runbook } from '../domain/runbook.ts'
import { bold, say, text } from '../domain/view.ts'
import { clipped } from './words/line.ts'
import { seconds } from './words/amounts.ts'
import { timesLine } from './people/contacts.ts'
import { announced } from './notice/notice.ts'
import { sampleOf, timesToCome } from './notice/values.ts'
import { whenWords } from './notice/when.ts'
import { lineText } from './words/plain.ts'

const itemsShown = 8
const itemHolds = 160

/** What people wrote into the runbook for people: why, what only they can make sure of, who helps. */
export function runbookSays(runbook: Runbook): Part[] {
  const { risk, watch } = runbook
  return [
    ...titled('Why:', runbook.purpose),
    text(
      say`${bold('Its author says:')} complexity ${risk.complexity}, risk ${risk.level}, rollback ${risk.rollback}`,
    ),
    ...titled('Who approves says that this is so:', runbook.prerequisites),
    ...titled('It is a success when:', runbook.criteria.success),
    ...titled('Roll back when:', runbook.criteria.rollBack),
    ...titled(
      'Told to others:',
      runbook.notices.map(
        ({ at, to }, place) =>
          `${whenWords(at)}${to.length ? `, to ${to.join(', ')}` : ''}: ${lineText(announced(place, sampleOf(kindOf(at)), runbook, timesToCome).state)}`,
      ),
    ),
    ...(watch
      ? [
          text(
            say`${bold('Watch:')} for ${seconds(watch.for / 1000)}; statements over ${seconds(watch.slowQuery / 1000)}, answers over ${seconds(watch.answersWithin / 1000)}`,
          ),
        ]
      : []),
    ...titled(
      'Who helps:',
      runbook.contacts.map(({ role, person, group, email, phone, when }) =>
        [
          `${role}:`,
          [person || group ? 'in Slack' : '', email, phone].filter(Boolean).join(', '),
          when ? `(${when})` : '',
        ]
          .filter(Boolean)
          .join(' '),
      ),
    ),
    ...titled(
      'Pinged when nobody answers:',
      runbook.escalation.map((step) => `${step.contact} ${lineText(timesLine(step))}`),
    ),
    ...titled(
      'To read:',
      runbook.links.map(({ title, url }) => `${title}: ${url}`),
    ),
  ]
}

function titled(title: string, items: readonly string[]): Part[] {
  if (items.length === 0) return []
  const shown = items.slice(0, itemsShown).map((item): Line => [clipped(item, itemHolds)])
  const more = items.length - shown.length
  return [
    text([bold(title)]),
    { part: 'list', numbered: false, items: more ? [...shown, say`and ${more} more in the runbook`] : shown },
  ]
}
