import { addressee } from '../../domain/delivery.ts'
import { follows, kindOf, type About, type Notice } from '../../domain/notice.ts'
import type { Runbook } from '../../domain/runbook.ts'
import type { Schedule } from '../../domain/schedule.ts'
import {
  bold,
  code,
  dayAndClock,
  note,
  person,
  say,
  text,
  type Inline,
  type Line,
  type Part,
  type View,
} from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { fitting } from '../words/fit.ts'
import { joined, listed } from '../words/line.ts'
import { announced } from './notice.ts'
import { sampleOf, timesOf, timesToCome, type Times } from './values.ts'
import { whenWords } from './when.ts'
import { sentParts, type Sent } from './sent.ts'
import { lineText, partText } from '../words/plain.ts'
import { typed } from '../words/typed.ts'
import { zoneOf } from '../words/zoned.ts'

export interface NoticesShown {
  /** What is told: as it was when it was scheduled, while that is open; otherwise as its file is now. */
  runbook: Runbook
  /** The newest, over or not. */
  schedule: Schedule | null
  /** Its run takes a migration back. */
  isRollback: boolean
  notices: readonly Notice[]
  told: readonly Sent[]
  /** How many are in a user group now; null: nobody tells. */
  members: ReadonlyMap<string, number | null>
  /** Its file says something else by now. */
  changed: boolean
}

/** Every message of a runbook as each audience will see it, and what became of those that were sent. */
export function noticesView(shown: NoticesShown): View {
  const { runbook, schedule, changed } = shown
  const open = schedule && !schedule.over ? schedule : null
  const { places, own } = toCome(shown, open)
  return {
    state: stateOf(shown, open),
    parts: [
      ...sentParts({ ...shown, runbook: schedule?.runbook ?? runbook }),
      ...(places.length + own.length > 0
        ? [text([bold(open ? 'Still to come:' : 'What people will be told:')])]
        : []),
      ...places.flatMap((place) => preview(place, shown, open)),
      ...(own.length > 0
        ? [
            text([bold('If it comes otherwise, everybody who was told before is told at once:')]),
            {
              part: 'list' as const,
              numbered: false,
              items: own.map(
                (about) => announced(null, about, runbook, timesFor(about, runbook, open)).state,
              ),
            },
          ]
        : []),
      ...audienceParts(shown),
      ...(runbook.notices.length === 0
        ? [note(say`The runbook has no ${code('notices')}: nobody is told anything.`)]
        : []),
      ...(changed
        ? [
            note(
              say`The runbook’s file says something else by now. To take that, schedule it again: ${typed(`schedule ${runbook.name}`)}.`,
            ),
          ]
        : []),
    ],
    actions: [],
  }
}

/** What one message of Slack does not hold goes into a file besides. */
export function inOneMessage(view: View, runbook: string): View {
  const isSmall = view.parts.length <= blocksHold && sizeOf(view.parts) <= messageHolds
  if (isSmall) return view
  const name = `notices-${runbook}.txt`
  const content = [lineText(view.state), ...view.parts.map((part) => partText(part))].join('\n\n')
  const short = note(say`Shortened here. All of it is in ${code(name)}.`)
  return {
    ...fitting({ ...view, parts: [short, ...view.parts] }),
    files: [{ name, title: 'All notices in full', content }],
  }
}

/** Slack takes 50 blocks, of which the first line and what is said of a cut are two. */
const blocksHold = 47

/** Less than Slack takes: we count otherwise than it does. A time in two zones is far longer there than in words. */
const messageHolds = 8_000
const zonedSize = 220

const sizeOf = (parts: readonly Part[]): number =>
  parts.reduce((sum, part) => sum + partText(part, { zoned: () => 'x'.repeat(zonedSize) }).length, 0)

function stateOf({ runbook, notices, schedule }: NoticesShown, open: Schedule | null): Line {
  const name = say`${bold(`Notices of ${runbook.title}`)}`
  const made = notices.filter(({ at, withheld }) => at && !withheld)
  const told = new Set(made.flatMap(({ to }) => to).map(addressee)).size
  const sofar = told ? say`${counted(told, 'address', 'addresses')} told so far` : 'nobody was told yet'
  if (open) return say`${name} · ${{ window: open.window, zone: zoneOf(runbook) }} · ${sofar}`
  if (!schedule) return say`${name} · not scheduled: nobody was told`
  return say`${name} · not scheduled. Of the last time ${told ? say`${counted(told, 'address was', 'addresses were')} told` : 'nobody was told'}`
}

/** What the runbook has words for, and what we say in our own. */
function toCome(
  { runbook: { notices: written }, notices, isRollback }: NoticesShown,
  open: Schedule | null,
): { places: number[]; own: About[] } {
  const made = new Set(notices.flatMap(({ place, at }) => (at !== null && place !== null ? [place] : [])))
  const places = written.flatMap(({ at }, place) =>
    (open && made.has(place) && !follows(kindOf(at))) || isUnexpected(kindOf(at), open, isRollback)
      ? []
      : [place],
  )
  const has = (kind: About['is']) => written.some(({ at }) => at === kind)
  return {
    places,
    own:
      written.length === 0
        ? []
        : followers
            .filter((kind) => !has(kind) && !isUnexpected(kind, open, isRollback))
            .map((kind) => sampleOf(kind, isRollback)),
  }
}

/** What a run that nobody had scheduled has no time for; and what takes a change back is not to end with it made. */
const isUnexpected = (kind: About['is'], open: Schedule | null, isRollback: boolean): boolean =>
  (open !== null && !open.ahead && ['ahead', 'moved', 'called-off'].includes(kind)) ||
  (isRollback && kind === 'end')

const followers = ['moved', 'called-off', 'overrun', 'unchanged'] as const

/** What is known of its times by now; the rest stands for itself. */
function timesFor(about: About, runbook: Runbook, open: Schedule | null): Times {
  if (!open || about.is === 'moved') return timesToCome
  const { was, news, since } = timesToCome
  return { ...timesOf({ about, window: open.window, dueAt: open.window.start }, runbook), was, news, since }
}

function preview(
  place: number,
  { runbook, notices, isRollback }: NoticesShown,
  open: Schedule | null,
): Part[] {
  const written = runbook.notices[place]
  if (!written) return []
  const about = sampleOf(kindOf(written.at), isRollback)
  const due = open ? notices.find((each) => each.place === place && each.at === null)?.dueAt : undefined
  const { state, parts } = announced(place, about, runbook, timesFor(about, runbook, open))
  const to = follows(about.is) ? [['everybody who was told before']] : written.to.map((name) => [name])
  return [
    text(say`${bold(whenWords(written.at))}${due ? say` (${dayAndClock(due)})` : ''}, to ${listed(to)}:`),
    text([...state, ...parts.flatMap(below)]),
  ]
}

/** A paragraph stands apart, a list below what announces it. */
function below(part: Part, i: number): Line {
  if (part.part === 'text') return [i ? '\n\n' : '\n', ...part.line]
  return part.part === 'list' ? part.items.flatMap((item): Line => ['\n• ', ...item]) : []
}

/** In the order in which they are told first. */
function audienceParts({ runbook: { audiences, notices }, members }: NoticesShown): Part[] {
  const names = [...new Set(notices.flatMap(({ to }) => to))]
  const items = names.flatMap((name): Line[] => {
    const to = audiences[name]
    if (!to) return []
    const places: (Inline | Line)[] = [
      ...to.channels.map((channel) => ({ channel })),
      ...to.people.map((id) => person(id)),
      ...to.groups.map((group) => say`user group ${code(group)} (${sizeWords(members.get(group) ?? null)})`),
      ...to.mail,
    ]
    return [say`${bold(name)}: ${joined(places)}`]
  })
  return items.length ? [text([bold('Audiences:')]), { part: 'list', numbered: false, items }] : []
}

const sizeWords = (count: number | null): string => {
  if (count === null) return 'nobody here tells who is in it'
  return count ? `${counted(count, 'person', 'people')} now` : 'nobody now'
}
