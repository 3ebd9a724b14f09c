import { addressee, type Address } from '../../domain/delivery.ts'
import type { Instant } from '../../domain/json.ts'
import type { Notice, Withheld } from '../../domain/notice.ts'
import type { Runbook } from '../../domain/runbook.ts'
import {
  bold,
  dayAndClock,
  say,
  text,
  type Inline,
  type Line,
  type Part,
  type RowWord,
} from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { codes, firstOf, joined } from '../words/line.ts'
import { nameOf } from './when.ts'
import { refusedWords } from './refused.ts'

/** How a notice went to one address. */
export interface Sent {
  notice: string
  to: Address
  state: 'due' | 'sending' | 'unsure' | 'sent' | 'refused'
  error: string | null
  at: Instant | null
}

interface Told {
  runbook: Pick<Runbook, 'notices'>
  notices: readonly Notice[]
  told: readonly Sent[]
}

/** It was not sent, and need not be: whoever it was for is told something later. */
const isOvertaken = ({ state, error }: Sent): boolean => state === 'refused' && error === 'superseded'

/** Those whom a notice did not reach. */
export const refusedOf = (told: readonly Sent[]): Sent[] =>
  told.filter((sent) => sent.state === 'refused' && !isOvertaken(sent))

/** What was sent when and to whom, what was withheld and why, and what to do about what did not arrive. */
export function sentParts({ runbook, notices, told }: Told): Part[] {
  const made = notices
    .filter(({ at }) => at !== null)
    .toSorted((one, other) => ((one.at ?? '') > (other.at ?? '') ? 1 : -1))
  if (made.length === 0) return []
  const nameOfSent = ({ notice }: Sent): string => {
    const found = made.find(({ id }) => id === notice)
    return found ? nameOf(found, runbook) : notice
  }
  const refused = refusedOf(told)
  const unsure = told.filter(({ state }) => state === 'unsure')
  return [
    text([bold('What was sent:')]),
    {
      part: 'rows',
      rows: made.map((notice) => {
        const sent = told.filter((each) => each.notice === notice.id)
        const name = nameOf(notice, runbook)
        const line = say`${name.charAt(0).toUpperCase()}${name.slice(1)}${madeLine(notice, sent)}`
        return { word: wordOf(notice, sent), line }
      }),
    },
    ...listOf('Refused:', refusedLines(refused, nameOfSent)),
    ...listOf(
      'Nobody knows whether these arrived. They are not sent again; ask, or tell them yourself:',
      unsure.map((sent): Line => say`${addressOf(sent.to)} (${nameOfSent(sent)})`),
    ),
  ]
}

/** What has one reason and one remedy is said once, with everybody whom it is about. */
function refusedLines(refused: readonly Sent[], nameOfSent: (sent: Sent) => string): Line[] {
  const alike = Map.groupBy(refused, ({ to, error }) => JSON.stringify(refusedWords(error, to)))
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    const { why, next } = refusedWords(first.error, first.to)
    const names = [...new Set(group.map(nameOfSent))]
    const to = [...new Map(group.map((sent) => [addressee(sent.to), addressOf(sent.to)])).values()]
    return [say`${joined(to)} (${names.join(', ')}): ${why}. ${next}`]
  })
}

function wordOf(notice: Notice, sent: readonly Sent[]): RowWord {
  if (notice.withheld) return 'Skipped'
  if (refusedOf(sent).length > 0) return 'Failed'
  if (sent.some(({ state }) => state === 'unsure')) return 'Warning'
  return onTheWay(notice, sent) ? 'Now' : 'Done'
}

/** Also what no message was made for yet. */
const onTheWay = ({ to }: Notice, sent: readonly Sent[]): number =>
  to.length - sent.filter(({ state }) => state !== 'due' && state !== 'sending').length

function madeLine(notice: Notice, sent: readonly Sent[]): Line {
  const when = notice.at ? say`, ${dayAndClock(notice.at)}` : []
  if (notice.withheld) return say`${when}: not sent, ${withheldWords[notice.withheld]}${untold(notice)}`
  const counts = [
    [onTheWay(notice, sent), 'on the way'],
    [refusedOf(sent).length, 'refused'],
    [sent.filter(({ state }) => state === 'unsure').length, 'unsure'],
    [sent.filter(isOvertaken).length, 'told something later instead'],
  ] as const
  const besides = counts.flatMap(([count, words]) => (count ? [`${count} ${words}`] : []))
  return say`${when}: ${counted(notice.to.length, 'address', 'addresses')}${
    besides.length ? ` (${besides.join(', ')})` : ''
  }: ${firstOf(notice.to.map(addressOf), addressesShown)}${untold(notice)}`
}

const addressesShown = 12

const untold = ({ untold: groups }: Notice): Line =>
  groups.length ? say`; nobody of user group ${codes(groups)}, which is empty or which nobody tells` : []

const withheldWords: Record<Withheld, string> = {
  superseded: 'a later one for the same people was due as well',
  'too-late': 'its moment was over',
  'called-off': 'it was called off before',
  nobody: 'nobody is in its audiences',
}

const addressOf = (to: Address): Inline =>
  'mail' in to ? to.mail : 'person' in to ? { person: to.person } : { channel: to.channel }

const listOf = (title: string, items: Line[]): Part[] =>
  items.length ? [text([bold(title)]), { part: 'list', numbered: false, items }] : []
