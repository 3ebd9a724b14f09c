import type { About, Notice } from '../../domain/notice.ts'
import type { Runbook } from '../../domain/runbook.ts'
import type { Schedule } from '../../domain/schedule.ts'
import { bold, note, say, type Line, type Part, type View } from '../../domain/view.ts'
import { filledLine, filledParts } from '../../templates/fill.ts'
import { joined } from '../words/line.ts'
import { timesOf, valuesOf, type Times } from './values.ts'
import { ownWords, trueNow, type Announced } from './words.ts'

/**
 * An announcement, as its readers see it. Once something else was announced after it, its first line says what is true
 * now, and what it said is small print. `all`: of its schedule.
 */
export function noticeView(notice: Notice, { runbook }: Schedule, all: readonly Notice[]): View {
  const said = announced(notice.place, notice.about, runbook, timesOf(notice, runbook))
  const now = truthAfter(notice, runbook, all)
  return now
    ? {
        state: now,
        parts: [note(say`Before, it said: ${said.state}`), ...said.parts.flatMap(small)],
        actions: [],
      }
    : { ...said, actions: [] }
}

/**
 * In the runbook's words at that place, or in our own where it has none; where a change begins to be taken back and they
 * do not ask for that, since they are about its being made; or where they cannot be filled: of a runbook that was read by
 * another release.
 */
export function announced(place: number | null, about: About, runbook: Runbook, times: Times): Announced {
  const own = ownWords(about, runbook, times)
  const written = place === null ? undefined : runbook.notices[place]
  if (!written || !fits(written, about)) return own
  const values = valuesOf(about, runbook, times)
  const [subject, parts] = [filledLine(written.subject, values), filledParts(written.text, values)]
  if (!subject || !parts) return own
  return { state: subject.length > 0 ? inBold(subject) : own.state, parts }
}

const fits = ({ subject, text }: Runbook['notices'][number], about: About): boolean =>
  about.is !== 'start' || !about.takenBack || `${subject} ${text}`.includes('takenBack')

const inBold = (line: Line): Line =>
  line.map((inline) => (typeof inline === 'string' ? bold(inline) : inline))

/** What later announcements make of it; null: it is still so. */
function truthAfter(notice: Notice, runbook: Runbook, all: readonly Notice[]): Line | null {
  const later = all
    .filter((each) => each.at !== null && each.withheld === null && isAfter(each, notice))
    .toSorted((a, b) => (isAfter(a, b) ? 1 : -1))
  const said = (each: Notice) => trueNow(each.about, runbook.product, timesOf(each, runbook))
  const happened = later.findLast(({ about }) => about.is !== 'ahead' && about.is !== 'moved')
  // Others were told the same, in other words.
  if (happened)
    return happened.about.is === notice.about.is && happened.about.is !== 'overrun' ? null : said(happened)
  const last = later.at(-1)
  return last && last.window.start !== notice.window.start ? said(last) : null
}

const numberOf = ({ id }: Notice): number => Number(id.split('/').at(-1))

/** In the order in which they were made; those of one moment as they are numbered. */
function isAfter(one: Notice, other: Notice): boolean {
  if (one.at === other.at) return numberOf(one) > numberOf(other)
  return (one.at ?? '') > (other.at ?? '')
}

function small(part: Part): Part[] {
  if (part.part === 'text') return [note(part.line)]
  return part.part === 'list'
    ? [
        note(
          joined(
            part.items.map((item): Line => ['• ', ...item]),
            '\n',
          ),
        ),
      ]
    : []
}
