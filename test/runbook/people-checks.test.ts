import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
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

const pagerDuty = {
  url: 'https://events.pagerduty.com/v2/enqueue',
  json: { routing_key: '{PAGERDUTY_KEY}', event_action: 'trigger', dedup_key: '{alarm}' },
  resolve: { json: { routing_key: '{PAGERDUTY_KEY}', event_action: 'resolve', dedup_key: '{alarm}' } },
}

test('what reaches another pager says what is known, and holds no secret', async () => {
  expect(await told({ 'contacts.1.webhook': pagerDuty }, operators)).toEqual([])
  const wrong = {
    ...pagerDuty,
    headers: { Authorization: 'GenieKey 0123' },
    json: { ...pagerDuty.json, routing_key: '0123', payload: { summary: '{raeson}' } },
    test: { url: 'https://events.pagerduty.com/{what}', json: {} },
  }
  expect((await told({ 'contacts.1.webhook': wrong }, operators)).join('\n')).toBe(
    [
      'contacts[1].webhook.json uses {raeson}, which has no value here. Did you mean {reason}?',
      'contacts[1].webhook.json.routing_key holds a secret. Take it out and change it, since whoever reads the file knows it. Put the new one into an environment variable and write its name in braces, e.g. {PAGERDUTY_KEY}.',
      'contacts[1].webhook.headers.Authorization holds a secret. Take it out and change it, since whoever reads the file knows it. Put the new one into an environment variable and write its name in braces, e.g. {PAGERDUTY_KEY}.',
      'contacts[1].webhook.test uses {what}, which has no value here. Known are {alarm}, {run}, {runbook}, {product}, {database}, {contact}, {reason}, {details}, {since}, {url}. Names of environment variables are written in capitals.',
    ].join('\n'),
  )
})

test('who tells who is on call is asked without a secret in the file, by a command or a URL', async () => {
  const asked = { url: 'https://api.pagerduty.com/oncalls', headers: { Authorization: 'Token token={KEY}' } }
  expect(await told({ 'contacts.1.onCall': { ...asked, path: 'oncalls.0.user.email' } }, operators)).toEqual(
    [],
  )
  expect(await told({ 'contacts.1.onCall': { ...asked, url: 'https://x/{run}' } }, operators)).toEqual([
    'contacts[1].onCall.url uses {run}, which has no value here. Names of environment variables are written in capitals.',
  ])
  expect(
    await told({ 'contacts.1.onCall': { ...asked, headers: { Authorization: 'Token 0123' } } }, operators),
  ).toEqual([expect.stringContaining('contacts[1].onCall.headers.Authorization holds a secret') as string])
  expect(await told({ 'contacts.1.onCall': { path: 'x' } }, operators)).toEqual([
    expect.stringMatching(/^contacts\[1\]\.onCall names not one of `command` and `url`\. /) as string,
  ])
})

test('the examples of docs/calling.md are good', async () => {
  const page = await readFile(new URL('../../docs/calling.md', import.meta.url), 'utf8')
  const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, written]) => parse(written!) as Written)
  expect(examples.map((example) => Object.keys(example))).toEqual([
    ['contacts', 'escalation'],
    ['onCall'],
    ['onCall'],
    ['webhook'],
    ['webhook'],
  ])
  const [whole, ...ways] = examples
  expect(await told(whole!, operators)).toEqual([])
  for (const way of ways) {
    const [[key, value]] = Object.entries(way) as [[string, unknown]]
    expect(await told({ [`contacts.1.${key}`]: value }, operators), key).toEqual([])
  }
})

type Written = Record<string, unknown>
