import { expect, test } from 'vitest'
import { fillIn } from '../../src/cli/prompt.ts'
import type { Form } from '../../src/domain/view.ts'

const form: Form = {
  title: 'Answer 7F3A-1',
  submit: 'Go on',
  parts: [],
  fields: [
    {
      name: 'choice',
      kind: 'select',
      label: 'Choice',
      options: [
        { value: 'terminate', label: 'Choose' },
        { value: 'back-out', label: 'Go back' },
      ],
    },
  ],
}

test.each([
  ['its number', '2'],
  ['the words that are shown', 'go back'],
  ['what stands for it in a line', 'back-out'],
])('one of a list is picked by %s', async (_what, typed) => {
  const said: string[] = []
  const lines = ['neither', typed]
  const person = { ask: async () => lines.shift() ?? null, say: (line: string) => void said.push(line) }
  expect(await fillIn(form, person)).toEqual({ choice: 'back-out' })
  expect(said).toEqual(['  1  Choose', '  2  Go back', '"neither" is none of them.'])
})
