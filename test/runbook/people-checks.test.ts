import { expect, test } from 'vitest'
import { changed, faultsOf } from './files.ts'

const told = async (changes: Record<string, unknown>, people: string[] = [], groups: string[] = []) => {
  const faults = await faultsOf(await changed(changes), { deciders: { people, groups } })
  return faults.map(({ key, what, remedy }) => `${key} ${what}. ${remedy}`)
}
const operators = ['U0ASHA0001', 'U0MEI00003']

test('whoever is pinged can decide', async () => {
  expect(await told({}, operators)).toEqual([])
  expect(await told({}, ['U0ASHA0001'])).toEqual([
    'contacts[3].person is pinged, and may not decide. List them under migration-operators in lockkeeper.yml; or add informed: true, if this contact is told only.',
  ])
})

test('or is told only, and the runbook says so', async () => {
  expect(await told({ 'contacts.3.informed': true }, ['U0ASHA0001'])).toEqual([])
})

test('a user group that is pinged is one that decides; who is in the others nobody knows here', async () => {
  const group = { 'contacts.1.group': 'S0DBA' }
  expect(await told(group, operators)).toEqual([
    'contacts[1].group is pinged, and may not decide. List it under the groups of migration-operators in lockkeeper.yml; or add informed: true, if this contact is told only.',
  ])
  expect(await told(group, [], ['S0DBA'])).toEqual([])
})

test('a contact whom the escalation does not name may be anybody', async () => {
  expect(await told({ 'contacts.2.person': 'U0NOBODY' }, operators)).toEqual([])
})

test('a step of the escalation comes at some time', async () => {
  expect(await told({ 'escalation.1': { contact: 'DBA On-Call' } }, operators)).toEqual([
    'escalation[1] comes at no time. Set after, whileOut or whenCritical, e.g. after: 15m.',
  ])
})

test('names people and groups by what Slack knows them by', async () => {
  expect(await told({ 'contacts.0.person': '@asha', 'contacts.1.group': 'dba' }, operators)).toEqual([
    expect.stringContaining('contacts[0].person is not a Slack user id') as string,
    expect.stringContaining('contacts[1].group is not the id of a Slack user group') as string,
  ])
})
