import { code, text, type Line, type View } from '../../domain/view.ts'
import { applicationProblems } from './application.ts'
import { accessProblems } from './access.ts'
import { efcoreProblems } from './efcore.ts'
import { noticeProblems } from './notices.ts'
import { peopleProblems } from './people.ts'
import { reachProblems } from './people-reach.ts'
import { planProblems } from './plan.ts'
import { runProblems } from './run.ts'
import { scheduleProblems } from './schedule.ts'
import { serverProblems } from './server.ts'
import { sqlProblems } from './sql.ts'
import { statementProblems } from './statements.ts'
import type { Instant } from '../../domain/json.ts'
import type { Problem } from '../../domain/problem.ts'
import type { Wording, Wordings } from './wording.ts'

/** The one place that words failures: a code without words does not compile. */
export const wordings: Wordings = {
  ...serverProblems,
  ...sqlProblems,
  ...statementProblems,
  ...efcoreProblems,
  ...planProblems,
  ...peopleProblems,
  ...accessProblems,
  ...reachProblems,
  ...noticeProblems,
  ...runProblems,
  ...applicationProblems,
  ...scheduleProblems,
}

export type { Wording } from './wording.ts'

/**
 * A problem in words. A code of a newer release (a record may outlive the process that reads it) is said as it is,
 * and never silently left out.
 */
export function wordProblem(problem: Problem, seen?: Instant): Wording {
  const word = wordings[problem.code] as ((problem: Problem, seen?: Instant) => Wording) | undefined
  return word
    ? word(problem, seen)
    : {
        what: [
          'Something happened that this release has no words for: ',
          code((problem as Problem).code),
          '.',
        ],
        next: ['Look at it with the release of Lockkeeper that wrote it.'],
      }
}

/** A refusal or a failure as a message of its own, for the one who asked. */
export function problemView(problem: Problem): View {
  const { what, means, next, actions } = wordProblem(problem)
  return {
    state: what,
    parts: [...(means ? [text(means)] : []), text([{ bold: 'Next:' }, ' ', ...next])],
    actions: actions ?? [],
  }
}

/** What happened and what it means, for where the choices say what comes next. */
export function problemLine(problem: Problem, seen?: Instant): Line {
  const { what, means } = wordProblem(problem, seen)
  return [...what, ...(means ? [' ', ...means] : [])]
}
