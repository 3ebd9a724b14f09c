import { addressee } from '../../domain/delivery.ts'
import type { Event } from '../../domain/event.ts'
import type { Notice } from '../../domain/notice.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Schedule, Window } from '../../domain/schedule.ts'
import {
  bold,
  clock,
  code,
  note,
  say,
  text,
  type Action,
  type Inline,
  type Line,
  type Part,
  type View,
} from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { clipped, listed, whom } from '../words/line.ts'
import { moment } from '../words/time.ts'
import { wordProblem } from '../problem/problem.ts'
import { zoneOf } from '../words/zoned.ts'

/** The message of a schedule in its channel: what is to run when, who was told, and what comes next. */
export function scheduleView(schedule: Schedule, notices: readonly Notice[]): View {
  const { runbook, by, over, run } = schedule
  const told = toldCount(notices)
  return {
    state: stateOf(schedule),
    parts: [
      ...(over || run
        ? []
        : [
            text([
              runbook.window.startsBy === 'clock'
                ? 'It starts by itself at its time, if nothing forbids it.'
                : 'At its time a person is asked to start it.',
            ]),
          ]),
      ...(over || run ? [] : nextNotice(schedule, notices)),
      note(
        say`Scheduled by ${whom(by)}${schedule.moves ? `, moved ${counted(schedule.moves, 'time')}` : ''}. ${
          told ? `${counted(told, 'address', 'addresses')} told so far` : 'Nobody was told yet'
        }.`,
      ),
    ],
    actions: over || run ? [] : [move(schedule), callOff(schedule), showNotices(schedule)],
  }
}

const windowOf = ({ runbook }: Schedule, window: Window): Inline => ({ window, zone: zoneOf(runbook) })

const subject = ({ runbook }: Schedule): Line =>
  say`${bold(runbook.title)} on ${code(runbook.target.database)}`

function stateOf(schedule: Schedule): Line {
  const { over, run, window, marks } = schedule
  if (over) return say`${overWords(schedule, over)} · ${subject(schedule)}`
  if (run) return say`${bold('Started')} as run ${run} · ${subject(schedule)} · ${windowOf(schedule, window)}`
  if (marks.includes('asked') || marks.includes('asked again'))
    return say`${bold('Waits to be started')} · ${subject(schedule)} · ${windowOf(schedule, window)}`
  return say`${bold('Scheduled')} · ${subject(schedule)} · ${windowOf(schedule, window)}`
}

function overWords({ run }: Schedule, { as, by, reason, at }: NonNullable<Schedule['over']>): Line {
  switch (as) {
    case 'done':
      return say`${bold('Done')}${run ? `, run ${run}` : ''}, users in since ${clock(at)}`
    case 'unchanged':
      return say`${bold('Over')}, the change was not made${run ? `, run ${run}` : ''}`
    case 'unsure':
      return say`${bold('Over')}, but the database was not found to be as before${run ? `, run ${run}` : ''}`
    case 'missed':
      return say`${bold('Missed')}: nobody started it`
    case 'called-off':
      return say`${bold('Called off')} by ${whom(by)}${reason ? `: ${clipped(reason, 200)}` : ''}`
  }
}

const toldCount = (notices: readonly Notice[]): number =>
  new Set(notices.flatMap(({ to }) => to).map(addressee)).size

function nextNotice({ runbook }: Schedule, notices: readonly Notice[]): Part[] {
  const next = notices.find(({ at }) => at === null)
  const audiences = next && runbook.notices[next.place ?? -1]?.to
  if (!next || !audiences) return [text(['Nobody else is told before the start.'])]
  const named = listed(audiences.map((name): Line => [name]))
  return [text(say`Next to be told: ${named}, ${{ moment: next.dueAt, zone: zoneOf(runbook) }}.`)]
}

/** What happened to a schedule, below its message; what it asks is asked only while it is still to be answered. */
export function scheduleNewsView(
  event: Event & { schedule: string },
  schedule: Schedule,
  notices: readonly Notice[],
  /** Of `schedule.ready` and `schedule.asks`: why it could not start now; null: it could. */
  present?: Problem | null,
): View {
  const told = toldCount(notices)
  if (event.is === 'schedule.moved') return movedNews(event, schedule, told)
  if (event.is === 'schedule.over') return overNews(event, schedule, told)
  if (event.is === 'schedule.ready')
    return readyNews(event, schedule, present === undefined ? event.problem : present)
  if (event.is === 'schedule.asks')
    return asksNews(event, schedule, told, present === undefined ? event.problem : present)
  return event.is === 'news.owed' ? owedNews(event, schedule, told) : scheduleView(schedule, notices)
}

const movedNews = (
  { by, from }: Event & { is: 'schedule.moved' },
  schedule: Schedule,
  told: number,
): View => ({
  state: say`${schedule.over ? say`${overWords(schedule, schedule.over)}. Before, moved` : bold('Moved')} by ${whom(by)}: ${subject(schedule)} · ${windowOf(schedule, schedule.window)}`,
  parts: [text(say`It was ${windowOf(schedule, from)}. ${toldWords(told, 'are told the new time')}`)],
  actions: [],
})

const toldWords = (told: number, what: string): string =>
  told ? `${counted(told, 'address', 'addresses')} ${what}.` : 'Nobody was told of it before.'

function overNews({ as }: Event & { is: 'schedule.over' }, schedule: Schedule, told: number): View {
  const { runbook, over, window } = schedule
  const isMissed = as === 'missed'
  return {
    state: say`${over ? overWords(schedule, over) : bold('Over')} · ${subject(schedule)} · ${windowOf(schedule, window)}`,
    parts: [
      text(say`${runbook.product} stays available. ${toldWords(told, 'are told so')}`),
      ...(isMissed ? [text(say`${bold('Next:')} name another time, or leave it.`)] : []),
    ],
    actions: [again(schedule)],
  }
}

/** Edited when a plan of its runbook is made, approved or discarded: what it said then is told as the past. */
function readyNews(
  { problem, at }: Event & { is: 'schedule.ready' },
  schedule: Schedule,
  present: Problem | null,
): View {
  const { start } = schedule.window
  const was = `${problem ? 'Not ready' : 'Ready'} to start`
  if (!isOpen(schedule))
    return { state: say`${was} at ${clock(at)}: ${subject(schedule)}`, parts: [], actions: [] }
  const head = bold(present ? 'Not ready to start.' : 'Ready to start.')
  const changed = (problem === null) === (present === null) ? [] : say` ${was} at that time.`
  return {
    state: say`${head} ${subject(schedule)}`,
    parts: [
      ...(present ? reasons(present) : []),
      note(say`Checked at ${clock(at)}.${changed} It is to start ${moment(start, at)}.`),
    ],
    actions: present ? (wordProblem(present).actions ?? []) : [],
  }
}

function reasons(problem: Problem): Part[] {
  const { what, means, next } = wordProblem(problem)
  return [text(say`Because: ${what}${means ? say` ${means}` : ''}`), text(say`${bold('Next:')} ${next}`)]
}

const isOpen = ({ over, run }: Schedule): boolean => !over && !run

function asksNews(
  { late, problem, at }: Event & { is: 'schedule.asks' },
  schedule: Schedule,
  told: number,
  present: Problem | null,
): View {
  const { runbook, window, run } = schedule
  if (!isOpen(schedule))
    return {
      state: say`It was time: ${subject(schedule)}${run ? ` · started as ${run}` : ''}`,
      parts: [],
      actions: [],
    }
  const then = told
    ? `${counted(told, 'address', 'addresses')} are told that ${runbook.product} stays available`
    : 'nobody is told, since nobody was'
  return {
    state: late
      ? say`${bold('Still not started:')} ${subject(schedule)}`
      : say`${bold('It is time.')} Start ${subject(schedule)}?`,
    parts: [
      ...(problem
        ? present
          ? [text(['It did not start by itself.']), ...reasons(present)]
          : [text(['It did not start by itself. What forbade it then is gone: somebody has to start it.'])]
        : []),
      ...(at < window.start
        ? [
            text(
              say`Backup and checks come first: begun now, they are done in time. Users stay in until ${moment(window.start, at)}.`,
            ),
          ]
        : []),
      text(
        say`Users were told ${windowOf(schedule, window)}. They are in, nothing was stopped. If nobody starts it until ${moment(window.end, window.start)}, it is missed, and ${then}.`,
      ),
    ],
    actions: [
      {
        label: 'Start…',
        says: `Opens the form that starts ${runbook.title}`.slice(0, 75),
        command: 'run',
        input: { plan: runbook.name },
        style: 'primary',
      },
      move(schedule),
      callOff(schedule),
    ],
  }
}

function owedNews({ at }: Event & { is: 'news.owed' }, schedule: Schedule, told: number): View {
  const { runbook, run, over, newsAt, window } = schedule
  const { product } = runbook
  if (over) return { state: say`${product} is available: nobody waits for news.`, parts: [], actions: [] }
  const next = newsAt ?? window.end
  if (Date.parse(next) > Date.parse(at))
    return {
      state: say`The news that was promised by ${clock(at)} was told; the next is promised by ${clock(next)}. Nothing to do here`,
      parts: [],
      actions: [],
    }
  return {
    state: say`${bold(`${product} is still unavailable, and people wait for news by`)} ${clock(at)}.`,
    parts: [
      text(
        say`At that time ${counted(told, 'address', 'addresses')} are told that it is still unavailable, and when they hear more. Nothing to do, unless you can say more.`,
      ),
    ],
    actions: run
      ? [
          {
            label: 'Say more…',
            says: 'Opens the form for what people are told now',
            command: 'news',
            input: { run },
          },
        ]
      : [],
  }
}

const move = ({ runbook }: Schedule): Action => ({
  label: 'Move…',
  says: 'Opens the form for another time',
  command: 'schedule',
  input: { runbook: runbook.name },
})

const again = ({ runbook }: Schedule): Action => ({
  label: 'Schedule again…',
  says: 'Opens the form for another time',
  command: 'schedule',
  input: { runbook: runbook.name },
})

const callOff = ({ runbook }: Schedule): Action => ({
  label: 'Call off…',
  says: 'Asks first; whoever was told is told that it does not take place',
  command: 'schedule',
  input: { runbook: runbook.name, when: 'off' },
})

const showNotices = ({ runbook }: Schedule): Action => ({
  label: 'Notices',
  says: 'Shows who is told what and when',
  command: 'notices',
  input: { runbook: runbook.name },
})
