import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Form } from '../../src/domain/view.ts'
import { lineText } from '../../src/views/words/plain.ts'
import { problemView } from '../../src/views/problem/problem.ts'
import { openLobby, viewOf, type Lobby, type SentView } from './lobby.ts'

const form: Form = {
  title: 'Run migration',
  submit: 'Run now',
  parts: [{ part: 'text', line: ['HRMS is unavailable for about 14 s.'] }],
  fields: [
    { name: 'typed', label: 'Type the database’s name', kind: 'text', mustBe: 'hrms_master' },
    { name: 'accepted', label: 'The largest loss you accept', kind: 'number' },
    {
      name: 'sessions',
      label: 'End',
      kind: 'ticks',
      options: Array.from({ length: 12 }, (_, i) => ({
        value: `{"pid":${i},"since":"${'x'.repeat(150)}"}`,
        label: `session ${i}`,
      })),
    },
    {
      name: 'runbook',
      label: 'Runbook',
      kind: 'select',
      options: [
        { value: 'one', label: 'One' },
        { value: 'two', label: 'Two' },
      ],
    },
  ],
}

const filled = {
  'typed#0': { type: 'plain_text_input', value: ' HRMS_Master ' },
  'accepted#0': { type: 'number_input', value: '212' },
  'sessions#0': { type: 'checkboxes', selected_options: [{ value: '3' }] },
  'sessions#1': { type: 'checkboxes', selected_options: [{ value: '11' }, { value: '99' }] },
  'runbook#0': { type: 'static_select', selected_option: { value: '1' } },
}

let lobby: Lobby
beforeAll(async () => {
  lobby = await openLobby()
})
afterAll(() => lobby.close())
beforeEach(async () => {
  await lobby.reset()
  lobby.forms.add('run')
  lobby.answer = (asked) =>
    'submitted' in asked
      ? { view: { state: ['It runs.'], parts: [], actions: [] } }
      : { form, command: 'run', input: { plan: '7F3A' } }
})

const updates = () => lobby.workspace.of('views.update')

async function opened(): Promise<SentView> {
  await lobby.type('run 7F3A')
  await expect.poll(updates).toHaveLength(1)
  const view = viewOf(updates()[0])
  lobby.asked.length = 0
  lobby.workspace.calls.length = 0
  return view
}

test('a form that was filled in is acknowledged with "Checking…", and then tells what came of it', async () => {
  const view = await opened()
  const response = await lobby.submit(view, filled)
  expect(await response.json()).toMatchObject({
    response_action: 'update',
    view: { title: { text: 'Run migration' } },
  })
  await expect.poll(updates).toHaveLength(1)
  expect(updates()[0]?.args).toMatchObject({
    view_id: view.id,
    view: expect.stringContaining('It runs.') as string,
  })
  expect(lobby.asked).toMatchObject([
    { submitted: 'run', input: { plan: '7F3A' }, by: lobby.workspace.people.asha },
  ])
})

test('values are by field; options stand for what was kept, and one that was not offered is dropped', async () => {
  const view = await opened()
  await lobby.submit(view, filled)
  await expect.poll(updates).toHaveLength(1)
  const sessions = form.fields.find((field) => field.name === 'sessions')
  const values = sessions?.kind === 'ticks' ? sessions.options.map((option) => option.value) : []
  expect(lobby.asked[0]).toMatchObject({
    values: { typed: ' HRMS_Master ', accepted: '212', sessions: [values[3], values[11]], runbook: 'two' },
  })
})

test('a wrong name is told at its field, before anything is looked up (name-mistyped)', async () => {
  const view = await opened()
  const response = await lobby.submit(view, {
    ...filled,
    'typed#0': { type: 'plain_text_input', value: 'hrms_mater' },
  })
  const said = (await response.json()) as { response_action: string; errors: Record<string, string> }
  expect(said.response_action).toBe('errors')
  expect(said.errors['typed#0']).toContain('hrms_mater')
  expect(said.errors['typed#0']).toContain('hrms_master')
  expect(lobby.workspace.calls).toEqual([])
  expect(lobby.asked).toEqual([])
  await lobby.submit(view, filled)
  await expect.poll(() => lobby.asked.length).toBe(1)
})

test('a number that is none is told at its field (number-mistyped)', async () => {
  const view = await opened()
  const response = await lobby.submit(view, {
    ...filled,
    'accepted#0': { type: 'number_input', value: 'many' },
  })
  const said = (await response.json()) as { errors: Record<string, string> }
  expect(said.errors['accepted#0']).toContain('many')
})

test('a form is used once: the second time it does nothing (button-old)', async () => {
  const view = await opened()
  await lobby.submit(view, filled)
  await expect.poll(updates).toHaveLength(1)
  await lobby.submit(view, filled)
  await expect.poll(updates).toHaveLength(2)
  expect(updates()[1]?.args['view']).toContain(
    lineText(problemView({ code: 'button-old', command: 'status' }).state),
  )
  expect(lobby.asked).toHaveLength(1)
})

test('somebody else’s form does nothing', async () => {
  const view = await opened()
  await lobby.submit(view, filled, { as: lobby.workspace.people.dan })
  await expect.poll(updates).toHaveLength(1)
  expect(lobby.asked).toEqual([])
})

test('a replayed submission is not done again', async () => {
  const view = await opened()
  const trigger = await lobby.workspace.trigger(lobby.workspace.people.asha)
  await lobby.submit(view, filled, { trigger })
  await expect.poll(updates).toHaveLength(1)
  await lobby.submit(view, filled, { trigger })
  await lobby.submit(view, filled)
  await expect.poll(updates).toHaveLength(2)
  expect(lobby.asked).toHaveLength(1)
})

test('who became a guest since the form was opened is refused (person-refused)', async () => {
  const view = await opened()
  lobby.workspace.known.set(lobby.workspace.people.asha, { is_restricted: true })
  await lobby.submit(view, filled)
  await expect.poll(updates).toHaveLength(1)
  expect(lobby.asked).toEqual([])
})

test('faults that the desk finds show the form again as it was filled in, usable once more', async () => {
  const view = await opened()
  lobby.answer = (asked) =>
    'submitted' in asked && asked.values['accepted'] === '212'
      ? { faults: [{ field: 'accepted', why: 'It would lose 300 rows.' }] }
      : { view: { state: ['It runs.'], parts: [], actions: [] } }
  await lobby.submit(view, filled)
  await expect.poll(updates).toHaveLength(1)
  const again = viewOf(updates()[0])
  const sent = JSON.stringify(again.blocks)
  expect(sent).toContain('It would lose 300 rows.')
  expect(again.blocks.find((block) => block.block_id === 'accepted#0')).toMatchObject({
    element: { initial_value: '212' },
  })
  expect(again.blocks.find((block) => block.block_id === 'sessions#0')).toMatchObject({
    element: { initial_options: [{ value: '3' }] },
  })
  expect(again.blocks.find((block) => block.block_id === 'runbook#0')).toMatchObject({
    element: { initial_option: { value: '1' } },
  })
  await lobby.submit(
    { ...again, id: view.id },
    { ...filled, 'accepted#0': { type: 'number_input', value: '300' } },
  )
  await expect.poll(updates).toHaveLength(2)
  expect(lobby.asked.at(-1)).toMatchObject({ values: { accepted: '300', runbook: 'two' } })
  expect(updates()[1]?.args['view']).toContain('It runs.')
})
