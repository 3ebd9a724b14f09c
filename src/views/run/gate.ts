import type { Attempt, Gate, Run } from '../../domain/run.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Line, Part, View } from '../../domain/view.ts'
import type { Question, QuestionCode, Questions } from '../../domain/question.ts'
import { bold, clock, code, note, say, text } from '../../domain/view.ts'
import { gateKeys } from '../../domain/delivery.ts'
import { acknowledgedLine, isAcknowledged } from '../people/acknowledged.ts'
import { causeParts, happenedLine, waitingLine } from './cause.ts'
import { byHand } from './by-hand.ts'
import { choicesOf, isDown } from './choices.ts'
import { lapseLine } from './lapse.ts'
import { choiceName } from '../words/choice-names.ts'
import { counted, number } from '../words/amounts.ts'
import { databaseLine, productLine } from './state.ts'
import { endingLoses, sessionLine, sortLines } from '../words/sessions.ts'
import { firstOf, whom } from '../words/line.ts'
import { nameOf } from '../words/step-names.ts'
import { operatorRole } from '../../config.ts'
import { problemLine } from '../problem/problem.ts'
import { serviceLog } from '../../domain/service-log.ts'
import { standingOf, type Standing } from './standing.ts'
import { typedInTerminal } from '../words/typed.ts'
import { causeOf } from '../undelivered.ts'
import { unexpectedAsked } from './undone.ts'

/** Where a service that did not come up says why: its log is the first thing that people look for. */
function logOf(problem: Problem, { run }: Standing): Part[] {
  if (problem.code !== 'service-ended' && problem.code !== 'unhealthy') return []
  const { services, folder } = run.plan.approved.runbook
  const service = services.find(({ name }) => name === problem.service)
  return service ? [text(say`Its log, on its host: ${code(serviceLog(service, folder))}`)] : []
}

/** What is asked, in the order in which a tired reader needs it: the state, then the details. */
interface Asking {
  state: Line
  parts: Part[]
}

const sessionsShown = 10
const blockersShown = 5

/** Words for each question: a code without words does not compile. */
export const askings: {
  [C in QuestionCode]: (question: Questions[C], gate: Gate, standing: Standing) => Asking
} = {
  'step-failed': ({ problem }, gate, standing) => ({
    state: say`Stopped at ${nameOf(standing.run, gate.step)}; ${databaseLine(standing)}`,
    parts: [text(problemLine(problem, gate.openedAt)), ...logOf(problem, standing), ...byHand(standing)],
  }),
  'sessions-left': ({ ended, changed, endedSoFar = [], ...question }, gate, standing) => {
    const sessions = gate.looked?.sessions ?? question.sessions
    const seen = gate.looked?.at ?? gate.openedAt
    return {
      state: say`${sessions.length === 0 ? 'No session is' : say`${counted(sessions.length, 'session')} ${sessions.length === 1 ? 'is' : 'are'} still`} on ${code(
        standing.run.plan.approved.runbook.target.database,
      )}${isDown(standing) ? `; ${standing.run.plan.approved.runbook.product} stays down while we wait` : ''}`,
      parts: [
        ...(endedSoFar.length > 0
          ? [
              text(
                say`Ended ${firstOf(
                  endedSoFar.map(({ pid, role }) => `${pid} (${role})`),
                  sessionsShown,
                )}.`,
              ),
            ]
          : ended > 0
            ? [text(say`Ended ${counted(ended, 'session')}.`)]
            : []),
        ...changed.map(({ pid, role }) =>
          text(
            say`${bold(String(pid))} (${role}) began another transaction. It was not touched; look again.`,
          ),
        ),
        {
          part: 'list' as const,
          numbered: false,
          items: [
            ...sessions
              .slice(0, sessionsShown)
              .map((session) => say`${sessionLine(session, seen)} — ${endingLoses(session)}`),
            ...(sessions.length > sessionsShown ? [say`and ${sessions.length - sessionsShown} more`] : []),
          ],
        },
        ...sortLines(sessions).map((line) => text(line)),
      ],
    }
  },
  'new-blockers': ({ problems }, gate) => ({
    state: say`Looked at again, there ${problems.length === 1 ? 'is a new blocker' : `are ${problems.length} new blockers`} that nobody approved; nothing was begun`,
    parts: [
      {
        part: 'rows',
        rows: [
          ...problems
            .slice(0, blockersShown)
            .map((problem) => ({ word: 'Blocker' as const, line: problemLine(problem, gate.openedAt) })),
          ...(problems.length > blockersShown
            ? [{ word: 'Blocker' as const, line: say`and ${problems.length - blockersShown} more` }]
            : []),
        ],
      },
    ],
  }),
  'before-admit': ({ passed }) => ({
    state: say`Verified. Next is Admit: once users are in, a rollback may lose data`,
    parts: [text(say`Passed: ${counted(passed, 'check')}. The runbook waits here for a person.`)],
  }),
  'had-begun': ({ began }, gate, standing) => ({
    state: say`Lockkeeper ended while it was at ${nameOf(standing.run, gate.step)}; ${databaseLine(standing)}`,
    parts: [
      text(
        say`${nameOf(standing.run, gate.step)} had begun at ${clock(began)}. ${
          standing.database === 'partly'
            ? 'What of it is committed is known; nothing of it works on by now.'
            : 'Whether it took effect cannot be seen from here: look, then choose.'
        }`,
      ),
    ],
  }),
  'loss-grew': ({ accepted, counted: rows }) => ({
    state: say`A rollback would lose ${counted(rows, 'row')} now; ${number(accepted)} were accepted. Nothing was deleted`,
    parts: [text(say`It was counted under lock, when nobody could write.`)],
  }),
  'card-undelivered': ({ channel, error, file }, _gate, standing) => {
    const { why, next } = causeOf(error, { channel })
    return {
      state: say`The break-glass card could not be delivered to ${{ channel }}; no service was stopped`,
      parts: [
        text(why),
        text(say`${next} The run continues when the card is delivered.`),
        text(
          say`The card is in ${code(file)} on Lockkeeper’s host: how to undo run ${standing.run.id} by hand if Lockkeeper is gone.`,
        ),
      ],
    }
  },
  'changed-meanwhile': ({ what, expected, found }) => ({
    state: say`Somebody changed ${what} meanwhile; it was not overwritten`,
    parts: [text(say`Expected ${code(expected)}, found ${code(found)}.`)],
  }),
  'unexpected-state': unexpectedAsked,
}

const askingOf = (question: Question, gate: Gate, standing: Standing): Asking => {
  const words = askings[question.code] as
    | ((question: Question, gate: Gate, standing: Standing) => Asking)
    | undefined
  return (
    words?.(question, gate, standing) ?? {
      state: say`Stopped at ${nameOf(standing.run, gate.step)}: ${code(question.code)}`,
      parts: [text(say`This release has no words for it; choose, or use the release that asked.`)],
    }
  )
}

/** What a message says of an open gate. */
export type AskedView = Pick<View, 'state' | 'parts' | 'actions'>

/** With the choices, or where they are. */
export type Asks = (standing: Standing, gate: Gate) => AskedView

/** What an open gate asks, with its choices. */
export function asked(standing: Standing, gate: Gate): AskedView {
  const asking = askingOf(gate.question, gate, standing)
  const choices = choicesOf({ standing, gate })
  const lapse = lapseLine(gate)
  return {
    state: asking.state,
    parts: [
      ...asking.parts,
      ...causeParts(gate, standing),
      choices.list,
      ...(lapse ? [text(lapse)] : []),
      note(
        say`${waitingLine(gate)} Anyone in ${operatorRole} can answer${gate.leftBy ? say`; left as it is by ${whom(gate.leftBy)}, still to be answered` : ''}. Without Slack: ${typedInTerminal(`answer ${standing.run.id}`)}`,
      ),
    ],
    actions: choices.actions,
  }
}

/**
 * The same for what stands in the channel besides: a question has its choices and buttons in one message there, and what
 * else tells of it links to that.
 */
export function askedElsewhere(standing: Standing, gate: Gate): AskedView {
  const { channel } = standing.run.plan.approved.runbook
  const [message = ''] = gateKeys(gate.id)
  return {
    state: askingOf(gate.question, gate, standing).state,
    parts: [text(say`${bold('To answer:')} the question has its choices in ${{ channel, message }}.`)],
    actions: [],
  }
}

/**
 * A message of its own, in the channel and to the one whom the run's questions go to. Once answered it says who chose
 * what, and has no buttons any more.
 */
export function gateView(gate: Gate, run: Run, attempts: readonly Attempt[]): View {
  const standing = standingOf(run, attempts, gate)
  if (gate.answer) return answeredView(gate, run, attempts)
  const { state, parts, actions } = asked(standing, gate)
  return {
    state: say`${productLine(standing)}. ${state}. ${whom(run.holder)}, please choose`,
    parts: [...parts, ...(isAcknowledged(run) ? [note(say`${acknowledgedLine(run)}.`)] : [])],
    actions,
  }
}

function answeredView(gate: Gate, run: Run, attempts: readonly Attempt[]): View {
  const { answer, answeredAt } = gate
  // As it stood then: what came of the answer is no part of the question.
  const then = attempts.filter(
    (a) => a.beganAt <= gate.openedAt && (a.step !== gate.step || a.attempt <= gate.attempt),
  )
  const asking = askingOf(gate.question, gate, standingOf(run, then, null))
  const at = answeredAt ? say` at ${clock(answeredAt)}` : []
  if (answer?.via === 'look')
    return {
      state: say`${happenedLine(gate)}; the run went on. Nobody had to answer`,
      parts: [note(say`It was asked: ${asking.state}.`)],
      actions: [],
    }
  const by =
    answer?.via !== 'clock'
      ? say`${whom(answer?.by ?? '')}${at}`
      : gate.question.code === 'card-undelivered'
        ? say`the card was delivered${at}, the run continues`
        : say`nobody answered${at}`
  return {
    state: say`Answered: ${bold(choiceName(answer?.choice ?? 'leave'))} — ${by}. Nothing to do here`,
    parts: [...consequence(gate, run, attempts), note(say`It was asked: ${asking.state}.`)],
    actions: [],
  }
}

/** What the ending of ticked sessions came to, from the attempt after it. */
function consequence(gate: Gate, run: Run, attempts: readonly Attempt[]): Part[] {
  if (gate.answer?.choice !== 'terminate') return []
  const outcome = attempts.find((a) => a.step === gate.step && a.attempt === gate.attempt + 1)?.outcome
  const facts =
    outcome?.status === 'done' ? (outcome.facts as { ended?: { pid: number; role: string }[] }) : null
  if (facts?.ended?.length)
    return [
      text(
        say`Ended ${firstOf(
          facts.ended.map(({ pid, role }) => `${pid} (${role})`),
          sessionsShown,
        )}.`,
      ),
    ]
  if (outcome?.status === 'asks' && outcome.question.code === 'sessions-left') {
    const { ended, changed } = outcome.question
    return [
      text(
        say`Ended ${counted(ended, 'session')}${
          changed.length
            ? say`; ${firstOf(
                changed.map(({ pid }) => String(pid)),
                sessionsShown,
              )} began another transaction and ${changed.length === 1 ? 'was' : 'were'} not touched`
            : ''
        }. It asks again in a new message.`,
      ),
    ]
  }
  return outcome ? [text(say`${nameOf(run, gate.step)} was tried again.`)] : []
}
