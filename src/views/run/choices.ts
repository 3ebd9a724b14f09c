import { choicesNow, choiceWhenGone } from '../../domain/cause.ts'
import type { Action, Line, Part } from '../../domain/view.ts'
import type { Choice } from '../../domain/choice.ts'
import type { Question } from '../../domain/question.ts'
import type { RunOutline } from '../../domain/run.ts'
import type { Session } from '../../domain/session.ts'
import { sessionsAsked } from './sessions-asked.ts'
import { bold, code, say } from '../../domain/view.ts'
import { goOnWithoutCard, waitForCard } from './card-choices.ts'
import { about, counted, seconds } from '../words/amounts.ts'
import { isAsBefore } from '../../domain/as-before.ts'
import { firstOf } from '../words/line.ts'
import { secondsFor, type Standing } from './standing.ts'
import { stepName, stepOf } from '../words/step-names.ts'
import { stepsOf } from '../../domain/route.ts'
import type { Asked, ChoiceText } from './choice-text.ts'
import { acceptDoes, endAsIsChoice } from './accepting.ts'
import { isSeenUndone, undoneChoice, unexpectedChoice } from './undone.ts'

/** Whether the choice is confirmed, ticked or typed in a form before it counts. */
export function opensForm(choice: Choice, question: Question): boolean {
  if (['terminate', 'back-out', 'roll-back', 'accept', 'undone-by-hand', 'end-as-is'].includes(choice))
    return true
  return choice === 'go-on' && question.code !== 'before-admit'
}

export function choiceText(choice: Choice, asked: Asked): ChoiceText {
  const { question, looked } = asked.gate
  const isSafe =
    (choice === 'go-on' && question.code === 'before-admit') ||
    (looked?.cause === 'gone' && choice === choiceWhenGone(question))
  const unexpected = unexpectedChoice(choice, question, asked.standing)
  return { ...(unexpected ?? words[choice](asked)), ...(isSafe && { style: 'primary' }) }
}

const words: Record<Choice, (asked: Asked) => ChoiceText> = {
  retry: (asked) => ({
    label: 'Retry',
    says: `Does ${stepAsked(asked)} again`.slice(0, 75),
    does: retryDoes(asked),
  }),
  'back-out': (asked) => ({
    label: 'Go back…',
    says:
      asked.standing.database === 'as before'
        ? 'Gives everything back; nothing is migrated. Opens a confirmation'
        : 'Gives everything back, if all is as before. Opens a confirmation',
    does: backOutDoes(asked.standing),
  }),
  'roll-back': (asked) => ({
    label: 'Roll back…',
    says: 'Takes the migration back, then lets users in. Opens a confirmation',
    does: rollBackDoes(asked.standing),
    style: 'danger',
  }),
  terminate: (asked) => {
    const [only, ...others] = sessionsAsked(asked.gate)
    const one = only && others.length === 0 && asked.gate.question.code === 'step-failed' ? only : null
    return {
      label: one ? `End ${one.pid}, retry…` : 'Choose…',
      says: one
        ? `Ends session ${one.pid} if you tick it, then does the step again`
        : 'Opens the list of sessions; those that you tick are ended',
      does: terminateDoes(asked, one),
    }
  },
  wait: (asked) => {
    const { question } = asked.gate
    if (question.code === 'card-undelivered') return waitForCard(question, product(asked.standing))
    const step = stepOf(asked.standing.run, asked.gate.step)
    const length = step?.kind === 'drain' ? seconds(step.with.seconds) : ''
    return {
      label: length ? `Wait ${length}` : 'Wait',
      says: `Waits${length ? ` ${length}` : ''} for the sessions to leave by themselves, then asks again`,
      does: say`waits${length ? ` ${length} more` : ''} for them to leave by themselves, then asks again${stillDown(asked.standing)}`,
    }
  },
  'go-on': (asked) => goOn(asked),
  accept: (asked) => ({
    label: 'Accept as it is…',
    says: 'Keeps the service running, and goes on. Opens a confirmation',
    does: acceptDoes(asked),
  }),
  leave: ({ standing }) => ({
    label: isDown(standing) ? 'Leave down' : 'Leave as it is',
    says: 'Changes nothing; the question stays open',
    does: say`nothing changes, the question stays open${stillDown(standing)}`,
  }),
  'undone-by-hand': ({ standing }) => undoneChoice(standing),
  'end-as-is': () => endAsIsChoice,
}

const product = (standing: Standing): string => standing.run.plan.approved.runbook.product
const database = (standing: Standing): string => standing.run.plan.approved.runbook.target.database

export const isDown = ({ run, backAt, gate }: Standing<RunOutline>): boolean =>
  run.windowBegan !== null && backAt === null && !isSeenUndone(gate)

const stillDown = (standing: Standing): string =>
  isDown(standing) ? `; ${product(standing)} stays down` : ''

const stepAsked = ({ standing, gate }: Asked): string => {
  const step = stepOf(standing.run, gate.step)
  return step ? stepName(step) : gate.step
}

function retryDoes(asked: Asked): Line {
  const { question, step: id } = asked.gate
  const step = stepOf(asked.standing.run, id)
  const name = stepAsked(asked)
  const stands = standsBetween(asked.standing)
  if (step?.kind === 'migrate' && question.code === 'had-begun' && stands)
    return say`goes on from ${code(stands)}, where ${code(database(asked.standing))} stands`
  const { reached } = asked.standing
  if (step?.kind === 'migrate' && reached && 'half' in reached)
    return say`looks what is on ${code(database(asked.standing))}, then goes on with the rest of ${code(reached.half)}`
  if (question.code === 'had-begun')
    return say`does ${name} again; right if you know that it had no effect the first time`
  if (question.code === 'changed-meanwhile')
    return say`looks again; right once you have put it back to what was expected`
  if (question.code === 'loss-grew') return say`counts again under lock`
  if (question.code !== 'step-failed') return say`does ${name} again`
  const { problem } = question
  const blockers = problem.code === 'lock-timeout' ? sessionsAsked(asked.gate) : []
  if (blockers.length > 0) {
    const those = firstOf(
      blockers.map(({ pid }) => String(pid)),
      3,
    )
    return say`fails again while ${those} ${blockers.length === 1 ? 'stays' : 'stay'}`
  }
  if (problem.code === 'cancelled') return say`takes the cancel back: does ${name} again and goes on`
  if (step?.kind === 'migrate')
    return stands
      ? say`looks what is on ${code(database(asked.standing))}, then goes on from ${code(stands)}`
      : say`looks what is on ${code(database(asked.standing))}, then does ${name} again`
  if (step?.kind === 'smoke')
    return problem.code === 'service-ended'
      ? say`starts ${code(problem.service)} again, then asks everything of ${name} again`
      : say`asks everything of ${name} again; starts only what has ended meanwhile`
  if (step?.kind === 'verify') return say`asks everything of ${name} again; changes nothing`
  return say`does ${name} again`
}

/** Before migrate: everything is given back. Nothing that users wrote can be lost. */
export function backOutDoes(standing: Standing): Line {
  const { run, database: stands } = standing
  const base = code(database(standing))
  if (run.plan.kind === 'backup')
    return say`the backup ends here; ${product(standing)} was never down, nothing is lost`
  const migrated =
    stands === 'as before'
      ? say`${run.plan.kind === 'rollback' ? 'nothing is taken back' : 'nothing is migrated'}, nothing is lost`
      : say`first it looks whether ${base} is as before; if it is not, it stops and asks`
  if (!run.windowBegan) return say`the run ends; ${product(standing)} was never down, ${migrated}`
  return say`${product(standing)} is back${inAbout(standing, 'back-out')}; ${migrated}`
}

export function rollBackDoes(standing: Standing): Line {
  const lost =
    standing.backAt === null ? 'nothing is lost, since no user was in' : 'what users wrote since may be lost'
  const stands = standsBetween(standing)
  return say`runs the way down${stands ? say` from ${code(stands)}` : ''}, then ${product(standing)} is back${inAbout(standing, 'roll-back')} as it was before; ${lost}`
}

/** The migration at which the history stands, where that is between the two ends of the move. */
const standsBetween = ({ reached }: Standing): string | null =>
  reached && 'between' in reached ? reached.between : null

const inAbout = ({ run }: Standing, route: 'back-out' | 'roll-back'): string => {
  const length = secondsFor(run, stepsOf(run.plan.approved.routes, route))
  return length === null ? '' : ` in about ${about(length)}`
}

function terminateDoes({ standing, gate }: Asked, one: Session | null): Line {
  const again = gate.question.code === 'step-failed' ? ', then does the step again' : ', then looks again'
  if (one)
    return say`ends session ${bold(String(one.pid))} (${one.role}): ${
      one.xactStart !== null && one.wrote
        ? 'its open transaction is rolled back, what it committed stays'
        : 'it wrote nothing that would be lost'
    }${again}`
  return say`ends the sessions that you tick: their open transactions are rolled back, what they committed stays${again}${stillDown(standing)}`
}

function goOn(asked: Asked): ChoiceText {
  const { question } = asked.gate
  const name = stepAsked(asked)
  const { standing } = asked
  switch (question.code) {
    case 'before-admit':
      return {
        label: 'Admit',
        says: 'Lets all users in; from then on a rollback may lose data',
        does: say`lets everybody into ${product(standing)}; from then on a rollback may lose what they write`,
      }
    case 'loss-grew':
      return {
        label: 'Accept the loss…',
        says: 'Opens a form: type the number of rows that may be lost',
        does: say`you type how many rows may be lost; up to ${counted(question.counted, 'row')} now. A copy of them is kept`,
      }
    case 'new-blockers':
      return {
        label: 'Go on anyway…',
        says: 'Runs in spite of the new blockers. Opens a confirmation',
        does: say`runs in spite of ${counted(question.problems.length, 'new blocker')}, which nobody approved`,
      }
    case 'had-begun':
      return {
        label: 'It is done…',
        says: 'Counts the step as done and goes on. Opens a confirmation',
        does: say`counts ${name} as done and goes on; right if you have seen that it took effect`,
      }
    case 'card-undelivered':
      return goOnWithoutCard
    case 'changed-meanwhile':
      return {
        label: 'Keep theirs…',
        says: 'Leaves what was found as it is and goes on. Opens a confirmation',
        does: say`leaves ${question.what} as it was found, counts ours as given back, and goes on`,
      }
    case 'sessions-left':
    case 'unexpected-state':
    case 'step-failed':
      return {
        label: 'Go on anyway…',
        says: isKnown(question)
          ? 'Goes on: it failed before the window too. Opens a confirmation'
          : `Goes on although ${name} is not done. Opens a confirmation`.slice(0, 75),
        does: goOnAfterFailure(asked, name),
      }
  }
}

const isKnown = (question: Question): boolean =>
  question.code === 'step-failed' && isAsBefore(question.problem)

function goOnAfterFailure({ standing, gate }: Asked, name: string): Line {
  const step = stepOf(standing.run, gate.step)
  if (step?.kind === 'smoke')
    return isKnown(gate.question)
      ? say`lets users into ${product(standing)}; what fails failed before the window too`
      : say`lets users into ${product(standing)} although checks failed`
  if (step?.kind === 'stop')
    return say`closes ${code(database(standing))} although ${code(step.with.service)} still answers; its sessions are asked about, and it is started at the end`
  if (step?.kind === 'verify')
    return say`opens ${code(database(standing))} as it is now, although it is not as expected`
  return say`goes on although ${name} is not done`
}

/** What each choice of an open gate is called in its list, in the order of their numbers. */
export const choicesShown = (asked: Asked): string[] =>
  choicesNow(asked.gate).map((choice) => choiceText(choice, asked).label.replace(/…$/, ''))

/** The choices of an open gate as numbered lines, and as buttons in the same order. */
export function choicesOf(asked: Asked): { list: Part; actions: Action[] } {
  const { gate, standing } = asked
  const texts = choicesNow(gate).map((choice) => ({ choice, ...choiceText(choice, asked) }))
  return {
    list: {
      part: 'list',
      numbered: true,
      items: texts.map(({ label, does }) => say`${bold(label.replace(/…$/, ''))} — ${does}`),
    },
    actions: texts.map(({ choice, label, says, style }) => ({
      label,
      says,
      command: 'answer',
      input: { run: standing.run.id, gate: gate.id, choice },
      ...(style && { style }),
    })),
  }
}
