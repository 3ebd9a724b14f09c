/** Who works in the demo's workspace, and where. Ids are fixed, so that `demo/lockkeeper.yml` can name them. */
export interface Person {
  id: string
  name: string
  realName: string
  /** What they do, shown beside their name. */
  title: string
  email: string
  /** Of the Slack user groups they belong to. */
  groups: string[]
}

export interface Channel {
  id: string
  name: string
  topic: string
}

export const people: readonly Person[] = [
  {
    id: 'U0ASHA0001',
    name: 'asha',
    realName: 'Asha Ramdin',
    title: 'Migration lead',
    email: 'asha@morishr.test',
    groups: ['S0OPERATOR'],
  },
  {
    id: 'U0DAN00002',
    name: 'dan',
    realName: 'Dan Lim',
    title: 'Database team',
    email: 'dan@morishr.test',
    groups: ['S0DATABASE'],
  },
  {
    id: 'U0MEI00003',
    name: 'mei',
    realName: 'Mei Chan',
    title: 'CTO',
    email: 'mei@morishr.test',
    groups: ['S0OPERATOR', 'S0CTO'],
  },
]

export const bot = {
  id: 'U0LOCKKEEP',
  botId: 'B0LOCKKEEP',
  appId: 'A0LOCKKEEP',
  name: 'lockkeeper',
  realName: 'Lockkeeper',
} as const

/** Slack's own voice: what it says when an app does not answer. */
export const slackbot = { id: 'USLACKBOT', name: 'slackbot', realName: 'Slackbot' } as const

export const channels: readonly Channel[] = [
  { id: 'C0MIGRATE1', name: 'migrations', topic: 'Database migrations. Type /migrate' },
  { id: 'C0OPERATE1', name: 'operations', topic: 'For whoever runs what MorisHR runs on' },
  { id: 'C0GENERAL1', name: 'general', topic: 'For everybody at MorisHR' },
  { id: 'C0HRMSNEW1', name: 'hrms-news', topic: 'When HRMS is not available, and when it is again' },
]

export const userGroups = [
  { id: 'S0OPERATOR', handle: 'migration-operators', name: 'Migration operators' },
  { id: 'S0DATABASE', handle: 'database-team', name: 'Database team' },
  { id: 'S0CTO', handle: 'cto', name: 'CTO' },
] as const

export const team = { id: 'T000000001', name: 'MorisHR', domain: 'morishr' } as const

export const command = '/migrate'

/** What a person is allowed to look like in a Web API answer or a payload. */
export const personById = (id: string): Person | undefined => people.find((person) => person.id === id)
