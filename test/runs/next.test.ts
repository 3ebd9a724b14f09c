import { describe, expect, test } from 'vitest'
import type { Choice } from '../../src/domain/choice.ts'
import type { Outcome } from '../../src/domain/outcome.ts'
import type { Attempt } from '../../src/domain/run.ts'
import { next } from '../../src/runs/next.ts'
import { smallRoutes } from '../plans.ts'

const done: Outcome = { status: 'done', facts: {} }
const failed: Outcome = { status: 'failed', problem: { code: 'cancelled', by: 'U_DAN' } }
const asks: Outcome = { status: 'asks', question: { code: 'before-admit', passed: 1, choices: ['go-on'] } }

/** `drain#2 failed back-out`: the second attempt of drain failed and was answered so. */
function record(...lines: string[]): Attempt[] {
  return lines.map((line, i) => {
    const [name = '', ending, choice] = line.split(' ')
    const [step = '', attempt = '1'] = name.split('#')
    const outcome =
      { done, unneeded: { status: 'unneeded', because: 'already-so' } as Outcome, failed, asks }[
        ending ?? ''
      ] ?? null
    return {
      step,
      attempt: Number(attempt),
      lives: 1,
      beganAt: new Date(i).toISOString(),
      endedAt: null,
      outcome,
      answer: choice ? { choice: choice as Choice, by: 'U_ASHA', via: 'slack' } : null,
      progress: null,
    }
  })
}

const forward = ['backup', 'claim', 'stop', 'drain', 'migrate', 'start', 'smoke', 'admit']
const all = (...steps: string[]) => steps.map((step) => `${step} done`)

/** In words: `perform drain#2 with terminate`, `wait drain#1`, `end done`. */
function turn(...lines: string[]): string {
  const result = next(smallRoutes(), record(...lines))
  if (result.do === 'end') return `end ${result.ending}`
  const place = `${result.do} ${result.step.id}#${result.attempt}`
  return result.do === 'perform' && result.answer ? `${place} with ${result.answer.choice}` : place
}

describe('what a run does next', () => {
  test.each([
    ['begins with its first step', [], 'perform backup#1'],
    ['goes on with the step after a done one', ['backup done'], 'perform claim#1'],
    ['goes on after a step that had nothing to do', ['backup unneeded'], 'perform claim#1'],
    [
      'takes up a step that a dead process had begun, as the same attempt',
      ['backup done', 'claim'],
      'perform claim#1',
    ],
    ['waits for people after a failure', ['backup failed'], 'wait backup#1'],
    ['waits for people when a step asks', [...all('backup', 'claim', 'stop'), 'drain asks'], 'wait drain#1'],
    [
      'performs a step again with the answer',
      [...all('backup', 'claim', 'stop'), 'drain asks terminate'],
      'perform drain#2 with terminate',
    ],
    [
      'keeps the answer for a second life of that attempt',
      [...all('backup', 'claim', 'stop'), 'drain asks terminate', 'drain#2'],
      'perform drain#2 with terminate',
    ],
    ['tries again when told to', ['backup failed retry'], 'perform backup#2 with retry'],
    [
      'passes over a failed step that somebody accepts',
      [...all(...forward.slice(0, 6)), 'smoke failed go-on'],
      'perform admit#1',
    ],
    [
      'does what was asked about when somebody says go on',
      [...all(...forward.slice(0, 7)), 'admit asks go-on'],
      'perform admit#2 with go-on',
    ],
    [
      'backs out by its own steps',
      [...all('backup', 'claim', 'stop'), 'drain failed back-out'],
      'perform back-out.verify#1',
    ],
    [
      'never returns to the way it left',
      [
        ...all('backup', 'claim', 'stop'),
        'drain failed back-out',
        'back-out.verify done',
        'back-out.start failed retry',
      ],
      'perform back-out.start#2 with retry',
    ],
    [
      'ends backed out',
      [
        ...all('backup', 'claim', 'stop'),
        'drain failed back-out',
        ...all('back-out.verify', 'back-out.start'),
      ],
      'end backed-out',
    ],
    [
      'rolls back by its own steps',
      [...all(...forward.slice(0, 6)), 'smoke failed roll-back'],
      'perform roll-back.migrate#1',
    ],
    [
      'ends rolled back',
      [
        ...all(...forward.slice(0, 6)),
        'smoke failed roll-back',
        ...all('roll-back.migrate', 'roll-back.start'),
      ],
      'end rolled-back',
    ],
    ['ends when every step is done', all(...forward), 'end done'],
  ])('%s', (_name, lines, expected) => {
    expect(turn(...lines)).toBe(expected)
  })
})
