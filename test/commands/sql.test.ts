import { afterEach, beforeEach, expect, test } from 'vitest'
import { asha, dan, openOffice, planned, saidBy, type Office } from './office.ts'

let office: Office
beforeEach(async () => {
  office = await openOffice()
})
afterEach(() => office.close())

test('an approver reads the exact SQL: all of it in a terminal, in pages with buttons in Slack', async () => {
  const id = await planned(office)
  const lines = [
    ['sql', id],
    ['plan', id, '--sql'],
    ['plan', id.toLowerCase(), 'sql'],
  ]
  for (const words of lines) {
    const inTerminal = await office.desk.typed({ ...dan, via: 'terminal' }, words)
    expect(inTerminal).toMatchObject({ view: { parts: [{ part: 'code', exact: true }], actions: [] } })
    expect(saidBy(inTerminal)).toMatch(/ALTER TABLE master\."RefreshTokens"/i)
    const inSlack = await office.desk.typed(dan, words)
    expect(saidBy(inSlack)).toContain(`What plan ${id} runs, page 1 of `)
    expect(inSlack).toMatchObject({
      view: { actions: expect.arrayContaining([expect.objectContaining({ command: 'approve' })]) },
    })
  }
})

test('the button of a page shows the next one; a page is a number', async () => {
  const id = await planned(office)
  expect(saidBy(await office.desk.pressed(dan, 'sql', { plan: id, page: 2 }))).toMatch(/page \d+ of \d+/)
  expect(await office.desk.typed(dan, ['sql', id, 'two'])).toMatchObject({ refused: true })
})

test('without a plan the open ones are offered, and an unknown one is told with those that are there', async () => {
  const id = await planned(office)
  expect(await office.desk.typed(asha, ['sql'])).toMatchObject({
    form: { fields: [{ name: 'plan', options: [{ value: id }] }] },
  })
  expect(saidBy(await office.desk.typed(asha, ['sql', 'ZZZZ']))).toContain(id)
})
