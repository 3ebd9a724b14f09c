import type { Instant } from './json.ts'
import type { Look } from './look.ts'
import type { Outcome } from './outcome.ts'
import type { Plan, PlanOutline } from './plan.ts'
import type { Answer, Difference, Question } from './question.ts'
import type { Progress } from './step.ts'

/** One durable execution of a plan. */
export interface Run {
  /** The plan's id and a number, e.g. `7F3A-1`. */
  id: string
  plan: Plan
  target: string
  startedBy: string
  startedAt: Instant
  /** Whom questions go to: who took it last, or else who started it. */
  holder: string
  /** When they took it; null: nobody did. */
  heldSince: Instant | null
  /** Until then nobody else is pinged, unless something changes that; null: nobody acknowledged, or it lapsed. */
  heldUntil: Instant | null
  /** Users were told this time: the first service does not stop before. Null: nobody was told one. */
  notBefore: Instant | null
  /** The first service began to stop. */
  windowBegan: Instant | null
  /** Before migrate, an unanswered gate backs out at this time. */
  deadline: Instant | null
  cancelBy: string | null
  endedAt: Instant | null
  ending: Ending | null
  /** Of one that ended as it is. */
  leftAs?: LeftAs | null
  /** Bumped by everything that changes what the live message shows. */
  version: number
}

/** A run with its plan's outline: what each second's look at runs reads. Every run is one. */
export interface RunOutline extends Omit<Run, 'plan'> {
  plan: PlanOutline
}

/**
 * `undone-by-hand`: people undid it without us, and the target was seen to be as before the run. `ended-as-is`: its way
 * back failed, and somebody ended it in the state that it was in.
 */
export type Ending = 'done' | 'backed-out' | 'rolled-back' | 'undone-by-hand' | 'ended-as-is'

/** How a run was left that somebody ended as it is. */
export interface LeftAs {
  by: string
  reason: string
  /** Users can work: access and services are as before, whatever the release. */
  available: boolean
  /** What is not as it was before the run; null: the target could not be looked at. */
  open: Difference[] | null
}

/** One try of one step. `lives`: how many processes began it. */
export interface Attempt {
  step: string
  attempt: number
  lives: number
  beganAt: Instant
  endedAt: Instant | null
  outcome: Outcome | null
  answer: Answer | null
  /** The newest look at the cause of its question. */
  looked?: Look | null
  progress: Progress | null
}

/** A durable wait for people. Its id is `run/step/attempt`. */
export interface Gate {
  id: string
  run: string
  step: string
  attempt: number
  question: Question
  openedAt: Instant
  answer: Answer | null
  answeredAt: Instant | null
  /** Somebody chose to leave things as they are; the gate is still open. */
  leftBy: string | null
  /** The newest look at its cause; null: nobody has looked. */
  looked: Look | null
}

export const gateId = (run: string, step: string, attempt: number): string => `${run}/${step}/${attempt}`

export const runOfGate = (gate: string): string => gate.slice(0, gate.indexOf('/'))

/** The break-glass card's name in the folder of its run. */
export const cardFile = 'break-glass.txt'

/** Who acknowledged a run, and when. */
export interface Acknowledgement {
  by: string
  at: Instant
}

/** Of a run that somebody else than this person has acknowledged: whoever decides over it tells both of them. */
export const acknowledgedByOther = (
  { holder, heldSince, heldUntil }: Pick<Run, 'holder' | 'heldSince' | 'heldUntil'>,
  person: string,
): Acknowledgement | null =>
  heldSince && heldUntil && holder !== person ? { by: holder, at: heldSince } : null
