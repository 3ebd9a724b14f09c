import { expect, test } from 'vitest'
import type { ChannelState } from '../../src/domain/person.ts'
import type { Problem, Problems } from '../../src/domain/problem.ts'
import type { Runbook } from '../../src/domain/runbook.ts'
import { audiencesReached } from '../../src/plan/findings-audiences.ts'
import { sampleRunbook } from '../plans.ts'

const nobody = { channels: [], people: [], groups: [], mail: [] }
const runbook: Runbook = {
  ...sampleRunbook(),
  audiences: {
    'all users': { ...nobody, channels: ['#hrms-news'], groups: ['S0USERS'] },
    support: { ...nobody, channels: ['#hrms-news'], people: ['U0DAN'], mail: ['support@morishr.test'] },
  },
}

/** What Slack tells; all is well without. */
interface Tells {
  channels?: Record<string, ChannelState | null>
  members?: string[] | null
  gone?: Problems['audience-gone']['why']
  mails?: boolean
}

async function found({ channels = {}, members = ['U0LEE'], gone, mails = true }: Tells) {
  const { name, findings } = await audiencesReached(
    runbook,
    {
      members: async () => members,
      goneWhy: async () => gone ?? null,
      channelState: async (channel) => (channel in channels ? (channels[channel] ?? null) : 'in'),
    },
    mails,
  )
  expect(name).toBe('Audiences of the notices')
  return findings.map(({ level, problem }): [string, Problem] => [level, problem])
}

test('an audience that is reached is nothing to say', async () => {
  expect(await found({})).toEqual([])
})

test.each(['not-in', 'archived', 'unknown', 'shared'] as const)(
  'a channel that is %s (audience-channel): a runbook is not run where nobody would read about it',
  async (state) => {
    expect(await found({ channels: { '#hrms-news': state, '#migrations': state } })).toEqual([
      ['blocker', { code: 'audience-channel', channel: '#migrations', audiences: [], state }],
      [
        'warning',
        { code: 'audience-channel', channel: '#hrms-news', audiences: ['all users', 'support'], state },
      ],
    ])
  },
)

test('a group that is empty (audience-group-empty)', async () => {
  expect(await found({ members: [] })).toEqual([
    ['warning', { code: 'audience-group-empty', group: 'S0USERS', audiences: ['all users'] }],
  ])
})

test('somebody who has left (audience-gone)', async () => {
  expect(await found({ gone: 'deleted' })).toEqual([
    ['warning', { code: 'audience-gone', person: 'U0DAN', audiences: ['support'], why: 'deleted' }],
  ])
})

test('addresses without a mail server (audience-mail)', async () => {
  expect(await found({ mails: false })).toEqual([
    ['warning', { code: 'audience-mail', audiences: ['support'], addresses: 1 }],
  ])
})

test('what Slack does not tell is not said to be well (audience-unseen)', async () => {
  expect(await found({ channels: { '#hrms-news': null }, members: null })).toEqual([
    ['note', { code: 'audience-unseen', channels: ['#hrms-news'], groups: ['S0USERS'] }],
  ])
})
