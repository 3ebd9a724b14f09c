import { closest, distance } from 'fastest-levenshtein'
import type { Problem } from '../src/domain/problem.ts'

/** No command has this name: what was probably meant, or all there are. */
export function unknownCommand(typed: string, names: readonly string[]): Problem<'command-unknown'> {
  const meant = closest(typed, names)
  return {
    code: 'command-unknown',
    typed,
    meant: distance(typed, meant) <= 3 ? meant : null,
    commands: [...names],
  }
}

/** A name that may have been meant for a plan or a run, too: nobody is told that a runbook alone was looked for. */
export const notOnly = (problem: Problem, besides: readonly ('plan' | 'run')[]): Problem =>
  problem.code === 'runbook-unknown' ? { ...problem, besides: [...besides] } : problem
