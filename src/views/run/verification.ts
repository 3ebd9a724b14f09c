import type { Instant } from '../../domain/json.ts'
import type { Runbook } from '../../domain/runbook.ts'
import { bold, clock, code, note, say, text, type View } from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'

/** One thing that was looked at. Without `expected` it passed. */
interface Seen {
  check: string
  found: string
  expected?: string
}

/** What a look at the database found, at any time: what is not as it should be first. */
export function verificationView(
  { title, target }: Pick<Runbook, 'title' | 'target'>,
  isApplied: boolean,
  seen: readonly Seen[],
  at: Instant,
): View {
  const wrong = seen.filter(({ expected }) => expected !== undefined)
  const stands = say`${bold(title)} is ${isApplied ? '' : 'not '}on ${code(target.database)}`
  return {
    state: wrong.length
      ? say`${stands}, but ${wrong.length} of ${counted(seen.length, 'verification')} failed`
      : say`${stands}. Passed: ${counted(seen.length, 'verification')}`,
    parts: [
      {
        part: 'rows',
        rows: [
          ...wrong.map(({ check, found, expected = '' }) => ({
            word: 'Failed' as const,
            line: say`${check}: expected ${code(expected)}, found ${code(found)}`,
          })),
          ...seen
            .filter(({ expected }) => expected === undefined)
            .map(({ check, found }) => ({ word: 'Passed' as const, line: say`${check}: ${code(found)}` })),
        ],
      },
      text(say`The database was only read. The try-out, which writes and rolls back, is part of runs alone.`),
      note(say`looked at ${clock(at)}`),
    ],
    actions: [],
  }
}
