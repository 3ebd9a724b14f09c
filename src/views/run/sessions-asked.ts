import type { Question } from '../../domain/question.ts'
import type { Gate } from '../../domain/run.ts'
import type { Session } from '../../domain/session.ts'

/** The sessions that a gate is about: those that the newest look found, or else those that were there when it asked. */
export function sessionsAsked({ question, looked }: Gate): Session[] {
  return looked?.sessions ?? sessionsOf(question)
}

function sessionsOf(question: Question): Session[] {
  if (question.code === 'sessions-left') return question.sessions
  if (question.code !== 'step-failed') return []
  if (question.problem.code === 'lock-timeout') return question.problem.blockers
  if (question.problem.code === 'sessions-came-back') return question.problem.sessions
  return []
}
