import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commands } from '../../commands/list.ts'
import {
  asha,
  dan,
  eve,
  fill,
  formOf,
  guest,
  mei,
  openOffice,
  planned,
  saidBy,
  type Office,
} from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

const typed = async (caller: typeof asha, ...words: string[]) =>
  saidBy(await office.desk.typed(caller, words))

describe('finding the way', () => {
  test('nothing typed is help: what this person may do, and the runbooks', async () => {
    const said = await typed(asha)
    expect(said).toContain('plan add-security-enhancements — look at the target')
    expect(said).toContain(`add-security-enhancements · ${office.target.name} · not planned`)
    const few = await typed(eve)
    expect(few).toContain('approve 7F3A')
    expect(few).not.toContain('run 7F3A')
  })

  test('help of one command shows its example', async () => {
    expect(await typed(eve, 'help', 'Rollback')).toContain('/migrate rollback 7F3A-1')
  })

  test('help of what is no command says what was probably meant', async () => {
    expect(await typed(eve, 'help', 'rolback')).toMatch(
      /no command rolback.*\n.*Did you mean \/migrate rollback/,
    )
    expect(await typed(eve, 'help', 'foo')).toMatch(/no command foo\.\nNext: /)
  })

  test('every command of the list is what help and the terminal call it', () => {
    expect(commands.map(({ name, example }) => example.startsWith(name))).not.toContain(false)
  })

  test('an unknown command says what was probably meant (command-unknown)', async () => {
    expect(await typed(asha, 'plam')).toMatch(/no command plam.*\n.*Did you mean \/migrate plan/)
    expect(await typed(asha, 'migrate-everything-now')).toMatch(/no command migrate-.*\n.*Commands: help, /)
  })

  test('an unknown runbook says what was probably meant, and plans it by a button (runbook-unknown)', async () => {
    const reply = await office.desk.typed(asha, ['plan', 'add-securty-enhancement'])
    expect(saidBy(reply)).toMatch(/No runbook add-securty.*\n.*Did you mean add-security-enhancements\?/)
    expect('view' in reply && reply.view.actions).toMatchObject([
      { command: 'plan', input: { runbook: 'add-security-enhancements' } },
    ])
  })

  test('input that is no input at all is refused with an example (input-wrong)', async () => {
    const reply = await office.desk.pressed(asha, 'run', { plan: { not: 'a text' } })
    expect(saidBy(reply)).toMatch(/run was not understood: plan: .*\n.*\/migrate run 7F3A/)
  })

  test('which commands may open a form is known without asking anybody', () => {
    const opening = commands.filter(({ name }) => office.desk.opensForm(name)).map(({ name }) => name)
    expect(opening).toEqual([
      'who',
      'notices',
      'plan',
      'sql',
      'approve',
      'backup',
      'schedule',
      'run',
      'answer',
      'ack',
      'escalate',
      'news',
      'cancel',
      'verify',
      'rollback',
    ])
    expect(office.desk.opensForm('no-such-command')).toBe(false)
  })
})

test('a refusal says no secret that a runbook names, whoever typed it', async () => {
  const said = await typed(mei, 'verify', 'Test123!')
  expect(said).toContain('[secret]')
  expect(said).not.toContain('Test123!')
})

describe('who may', () => {
  test.each([
    'plan',
    'backup',
    'schedule',
    'run',
    'answer',
    'ack',
    'escalate',
    'cancel',
    'rollback',
    'verify',
  ])('%s is for operators, and a refusal names them (not-allowed)', async (name) => {
    const said = await typed(eve, name)
    expect(said).toContain(`Only migration-operators may use /migrate ${name}`)
    expect(said).toContain('@U_ASHA or @U_MEI')
  })

  test('whom the directory refuses may not even ask for help (person-refused)', async () => {
    expect(await typed(guest, 'help')).toContain('guests of the workspace may not')
  })

  test('who acts is looked up anew; a reader may be known from the last minute', async () => {
    office.lookedUp.length = 0
    for (const words of [['status'], ['help'], ['approve'], ['run'], ['verify']]) await typed(mei, ...words)
    expect(office.lookedUp.map(({ about }) => about)).toEqual([
      'reading',
      'reading',
      'acting',
      'acting',
      'acting',
    ])
  })

  test('a group that a person has left counts from the next request on (reading-refused)', async () => {
    const plan = await planned(office)
    const form = formOf(await office.desk.typed(dan, ['approve', plan]))
    office.groups['S_DATABASE'] = []
    const said = saidBy(await fill(office, dan, form))
    office.groups['S_DATABASE'] = [dan.person]
    expect(said).toContain('with one of these roles')
    expect(said).toContain('@U_MEI')
  })

  test.each([
    ['help'],
    ['help', 'plan'],
    ['status'],
    ['status', 'add-security-enhancements'],
    ['calendar'],
    ['who', 'add-security-enhancements'],
    ['notices', 'add-security-enhancements'],
    ['approve'],
  ])(
    '%s %s shows nothing to a member of the workspace without a role (reading-refused)',
    async (...words) => {
      const said = await typed({ person: 'U_ZOE', via: 'slack' }, ...words)
      expect(said).toMatch(
        /^Plans and runs can be read with one of these roles: .*or support\.\nYou have none/,
      )
      expect(said).not.toContain('add-security-enhancements')
    },
  )

  test('readers are whom the configuration names, and operators; approvers read what they approve', async () => {
    const plan = await planned(office)
    office.house.config.readers = ['support']
    expect(await typed(dan, 'status')).toContain('can be read with this role: support')
    expect(formOf(await office.desk.typed(dan, ['approve', plan])).form.title).toContain('Approve')
    for (const reader of [eve, asha])
      expect(await typed(reader, 'status')).toContain('add-security-enhancements')
    office.house.config.readers = Object.keys(office.house.config.roles)
  })
})
