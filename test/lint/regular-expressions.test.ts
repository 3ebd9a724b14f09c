import { expect, it } from 'vitest'
import plugin from '../../lint/regular-expressions.ts'

function messagesOf(pattern: string, flags = ''): string[] {
  const messages: string[] = []
  const rule = plugin.rules.linear.create({ report: ({ message }) => messages.push(message) })
  rule.Literal({ type: 'Literal', regex: { pattern, flags } })
  return messages
}

it.each([
  ['exponential', String.raw`^(\s|;|--[^\n]*(\n|$)|\/\*.*?\*\/)*$`, 's'],
  ['2nd degree polynomial', String.raw`\s+$`, ''],
  ['2nd degree polynomial', String.raw`[a-z][a-z0-9+.-]*:\/\/`, 'gi'],
])('an expression whose time is %s is refused: %s', (complexity, pattern, flags) => {
  expect(messagesOf(pattern, flags)).toEqual([
    `The time of this expression grows faster than the text: ${complexity}.`,
  ])
})

it('an expression whose time grows with the text is none', () => {
  expect(messagesOf(String.raw`^\d+$`)).toEqual([])
})

it('an expression that is put together when the program runs is refused', () => {
  const messages: string[] = []
  const rule = plugin.rules.linear.create({ report: ({ message }) => messages.push(message) })
  rule.NewExpression({ type: 'NewExpression', callee: { name: 'RegExp' } })
  rule.NewExpression({ type: 'NewExpression', callee: { name: 'Map' } })
  expect(messages).toHaveLength(1)
})
