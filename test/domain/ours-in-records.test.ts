import { expect, it } from 'vitest'
import { redactOutcome, redactProblem, redactProgress } from '../../src/domain/ours-in-records.ts'
import { makeRedactor } from '../../src/redaction/redactor.ts'

const redact = makeRedactor(['done', 'stop', 'public', 'bytes', 'retry'])

it('leaves the words by which a record tells one thing from another, and no text beside them', () => {
  const asked = {
    status: 'asks',
    question: {
      code: 'step-failed',
      problem: { code: 'service-failed', service: 'api', doing: 'stop', reason: 'stop', exitCode: 1 },
      choices: ['retry'],
    },
  } as const
  const clean = {
    ...asked,
    question: { ...asked.question, problem: { ...asked.question.problem, reason: '[secret]' } },
  }
  expect(redactOutcome(redact, 'stop', structuredClone(asked) as never)).toEqual(clean)
})

it('takes a secret out where the same property of another record holds a text from outside', () => {
  const name = {
    code: 'approval-not-yours',
    plan: '7F3A',
    roles: [],
    people: [],
    untold: { groups: ['done'], why: 'no-slack' },
  }
  expect(redactProblem(redact, name as never)).toMatchObject({
    untold: { groups: ['[secret]'], why: 'no-slack' },
  })
  const text = { code: 'service-state-unknown', service: 'api', why: 'done' }
  expect(redactProblem(redact, text as never)).toMatchObject({
    code: 'service-state-unknown',
    why: '[secret]',
  })
  const word = { code: 'statement-refused', statement: 'done', why: 'done' }
  expect(redactProblem(redact, word as never)).toMatchObject({ statement: '[secret]', why: 'done' })
})

it('leaves what a later step compares, and takes the same word out of what a command wrote', () => {
  const migrated = { status: 'done', facts: { move: { from: 'public', to: 'done' }, by: 'scripts' } } as const
  expect(redactOutcome(redact, 'migrate', migrated)).toEqual(migrated)
  const released = {
    status: 'done',
    facts: { version: '2', deployed: true, output: 'to: done', by: 'done' },
  } as const
  expect(redactOutcome(redact, 'release', released)).toMatchObject({
    status: 'done',
    facts: { output: 'to: [secret]', by: '[secret]' },
  })
})

it('takes a secret out of where a long step is', () => {
  const progress = { done: 1, of: 2, unit: 'bytes', at: 'public' } as const
  expect(redactProgress(redact, progress)).toEqual({ ...progress, at: '[secret]' })
})
