import { choicesNow } from '../src/domain/cause.ts'
import type { Choice } from '../src/domain/choice.ts'
import type { Attempt, Gate, Run } from '../src/domain/run.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { choicesShown } from '../src/views/run/choices.ts'
import { standingOf } from '../src/views/run/standing.ts'

/**
 * The choice that was typed: its own name, the words that are shown for it, or its number in the list. `isNumber`: by its
 * place alone, which another question may have given to another choice since it was read. Fails with `choice-unknown`.
 */
export function choiceTyped(
  typed: string,
  gate: Gate,
  run: Run,
  attempts: readonly Attempt[],
): Result<{ choice: Choice; isNumber: boolean }> {
  const choices = choicesNow(gate)
  const shown = choicesShown({ standing: standingOf(run, attempts, gate), gate })
  const wanted = plain(typed)
  const named = choices.find((choice, i) => [choice, shown[i] ?? ''].some((word) => plain(word) === wanted))
  if (named) return ok({ choice: named, isNumber: false })
  const placed = /^\d+\.?$/.test(wanted) ? choices[Number.parseInt(wanted, 10) - 1] : undefined
  return placed
    ? ok({ choice: placed, isNumber: true })
    : failure({ code: 'choice-unknown', choice: typed, choices, shown })
}

/** `Go back`, `go-back` and `GO BACK` are the same words. */
const plain = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[\s_…-]+/g, ' ')
    .trim()
