import type { Account } from './account.ts'
import type { Instant, Json } from './json.ts'
import type { Choice, Via } from './choice.ts'
import type { Problem } from './problem.ts'
import type { EndedSession, Session } from './session.ts'

/** What a gate asks, by code, with the facts its wording needs. Worded by `views/run/gate.ts` alone. */
export interface Questions {
  /** A step failed; the problem says why. */
  'step-failed': { problem: Problem }
  /** The drain's time is over and these are still there. `changed`: ticked ones that had moved on and were not touched. */
  'sessions-left': {
    sessions: Session[]
    ended: number
    changed: Session[]
    /** Those that were ended so far, over all answers. */
    endedSoFar?: EndedSession[]
  }
  /** Measured again at the start: blockers that the approved plan did not have. */
  'new-blockers': { problems: Problem[] }
  /** The runbook holds here: verified, next is admit. */
  'before-admit': { passed: number }
  /** The step had begun when its process died, and looking at the world does not tell whether it took effect. */
  'had-begun': { began: Instant }
  /** Counted under lock: a rollback would lose more than was accepted. Nothing was changed. */
  'loss-grew': { accepted: number; counted: number }
  /**
   * The break-glass card is not in the channel, and the first service would stop. `error`: why; null: it was not tried.
   * `file`: the card on our host. Answered by the clock when the card is delivered.
   */
  'card-undelivered': { channel: string; error: string | null; file: string }
  /** Somebody changed what the undo would put back. */
  'changed-meanwhile': { what: string; expected: string; found: string }
  /** Taken up again, the run finds its target otherwise than its record says. Nothing was touched. */
  'unexpected-state': {
    differences: Difference[]
    /** What is not as it was before the run. Empty: everything was undone. */
    notUndone: Difference[]
    /** Steps that are done again, in their order, when somebody chooses to go on. */
    repeats: string[]
  }
}

/** Something that was looked at, as it was expected and as it was found. */
export interface Difference {
  about: 'history' | 'access' | 'service' | 'archive'
  /** For people; one name a thing. */
  what: string
  expected: string
  found: string
}

export type QuestionCode = keyof Questions

export type Question = { [C in QuestionCode]: { code: C } & Questions[C] }[QuestionCode] & {
  choices: Choice[]
  /** Without an answer by then, the clock answers. */
  lapses?: { at: Instant; as: Choice }
}

export interface Answer {
  choice: Choice
  by: string
  via: Via
  /** Of whoever typed in a terminal. */
  account?: Account
  /** What was ticked or typed, by choice: `{ sessions: SessionMark[] }` of `terminate`, `{ accepted: number }` of `go-on`. */
  with?: Json
}

/** A check of the database that was made, and did not pass. */
export const failsVerification = ({ code }: Problem): boolean =>
  code === 'verification-failed' || code === 'try-out-failed'

/** Whoever passes over such a check, or ends a run as it is, says why. */
export const wantsReason = (choice: Choice, question: Question): boolean =>
  choice === 'end-as-is' ||
  (choice === 'go-on' && question.code === 'step-failed' && failsVerification(question.problem))
