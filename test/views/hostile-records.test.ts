import { describe, expect, test } from 'vitest'
import type { Problem, ProblemCode } from '../../src/domain/problem.ts'
import type { View } from '../../src/domain/view.ts'
import { formText, terminalText } from '../../src/views/terminal.ts'
import { approveForm, runForm } from '../../src/views/forms.ts'
import { planDetailsView } from '../../src/views/plan-details.ts'
import { sqlOf, sqlView } from '../../src/views/plan-sql.ts'
import { planView } from '../../src/views/plan.ts'
import { problemView } from '../../src/views/problem/problem.ts'
import { endingView } from '../../src/views/run/ending.ts'
import { gateView } from '../../src/views/run/gate.ts'
import { runView } from '../../src/views/run/run.ts'
import { stepView } from '../../src/views/run/step.ts'
import { samples } from './problem/samples.ts'
import { at, attempt, beforeMigrate, lockedOut, migrated, plan, run } from './sample.ts'

// Whatever text of a record an application, a server or a person gave: each in turn does what it can to a terminal.

const hostile = '\u001b[2J\u001b]0;owned\u0007\u009b31m\u202Eback\u2066\u200B\u2028\rDone'
const unseen =
  /(?!\n)\p{Cc}|[\u00AD\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF]|[\u{E0000}-\u{E007F}]/u
const screen = { colour: false, width: 100 }

/** Copies of a record, in each of which one text is another one. */
function* withOneTextAs<T>(record: T, text: string): Generator<T> {
  if (typeof record === 'string') yield text as T
  else if (record !== null && typeof record === 'object')
    for (const [key, value] of Object.entries(record))
      for (const other of withOneTextAs(value, text))
        yield (
          Array.isArray(record)
            ? record.map((each, i) => (String(i) === key ? other : each))
            : { ...record, [key]: other }
        ) as T
}

/** Null: the text is one of ours, by which a record tells one thing from another, and nobody else writes it. */
function drawn(draw: () => string): string | null {
  try {
    return draw()
  } catch {
    return null
  }
}

/** How many copies showed the text; each that did is harmless. */
function harmless<T>(record: T, draw: (record: T) => string): number {
  let shown = 0
  for (const copy of withOneTextAs(record, hostile)) {
    const text = drawn(() => draw(copy))
    if (text === null) continue
    expect(text).not.toMatch(unseen)
    if (text.includes('owned')) shown += 1
  }
  return shown
}

const inTerminal = (view: View | null): string => (view ? terminalText(view, screen) : '')

test.each(Object.keys(samples) as ProblemCode[])('a problem, whatever it quotes: %s', (code) => {
  harmless(samples[code], (given) => inTerminal(problemView({ code, ...given } as Problem)))
})

describe('a plan', () => {
  const views: Record<string, (given: ReturnType<typeof plan>) => string> = {
    'in short': (given) => inTerminal(planView(given, [], 'open', [])),
    'in full': (given) => inTerminal(planDetailsView(given)),
    'as the SQL that is run': (given) => inTerminal(sqlView(given, sqlOf(given) ?? '')),
    'to be approved': (given) => formText(approveForm(given), screen),
    'to be run': (given) => formText(runForm(given, null), screen),
  }
  test.each(Object.entries(views))('%s', (_what, draw) => {
    expect(harmless(plan(), draw)).toBeGreaterThan(0)
  })
})

describe('a run', () => {
  const { attempts, gate } = lockedOut()
  const asked = run()
  const record = { run: asked, attempts, gate }
  const over = run({ endedAt: at('03:05:00'), ending: 'done' })
  const steps = [...beforeMigrate(), migrated(), attempt('verify', { status: 'done', facts: { checks: [] } })]
  test('its status', () => {
    const draw = (given: typeof record) =>
      inTerminal(runView(given.run, given.attempts, given.gate, at('03:02:13')))
    expect(harmless(record, draw)).toBeGreaterThan(0)
  })
  test('its question', () => {
    const draw = (given: typeof record) => inTerminal(gateView(given.gate, given.run, given.attempts))
    expect(harmless(record, draw)).toBeGreaterThan(0)
  })
  test('its history', () => {
    harmless({ over, steps }, (given) => inTerminal(endingView(given.over, given.steps)))
    for (const each of steps)
      harmless({ each, over }, (given) =>
        given.each.outcome
          ? inTerminal(stepView(given.over, given.each.step, given.each.outcome, at('03:05:00')))
          : '',
      )
  })
})

test('a name of 10,000 columns moves no other line, whatever it is made of', () => {
  for (const name of ['x'.repeat(10_000), '\u001b'.repeat(10_000), '漢'.repeat(10_000), 'a '.repeat(5_000)]) {
    const view: View = {
      state: [{ code: name }],
      parts: [{ part: 'rows', rows: [{ word: 'Done', line: [{ code: name }] }] }],
      actions: [
        { label: 'One', says: 'Shows it', command: 'status', input: { runbook: name } },
        { label: 'Two', says: 'Shows the other', command: 'status', input: { runbook: 'other' } },
      ],
    }
    const text = terminalText(view, screen)
    expect(text).not.toMatch(unseen)
    expect(text.split('\n').at(-1)).toMatch(/^ {2}lockkeeper status other {1,100}Shows the other$/)
  }
})
