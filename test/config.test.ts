import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadConfig, secretsOfConfig } from '../src/config.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-config-'))
  await mkdir(path.join(folder, 'runbooks'))
  await writeFile(path.join(folder, 'lockkeeper.yml'), good)
})
afterAll(() => rm(folder, { recursive: true }))

const good = `runbooks: runbooks
roles:
  migration-operators: { people: [U012ASHA], groups: [S012OPS] }
  cto: { people: [U012CTO] }
terminal: { asha: U012ASHA }
`
const socket = { SLACK_BOT_TOKEN: 'xoxb-1-bot', SLACK_APP_TOKEN: 'xapp-1-app' }
const http = { SLACK_BOT_TOKEN: 'xoxb-1-bot', SLACK_SIGNING_SECRET: 'signing', PORT: '3000' }

const load = (environment: Record<string, string> = {}) => loadConfig(environment, folder)
async function loaded(environment: Record<string, string> = {}) {
  const config = await load(environment)
  if (!config.ok) throw new Error(JSON.stringify(config.faults))
  return config.value
}
async function faults(environment: Record<string, string>) {
  const config = await load(environment)
  return config.ok ? [] : config.faults.map(({ key, what }) => `${key} ${what}`)
}
async function faultsOfFile(text: string) {
  const file = path.join(folder, `${Math.random()}.yml`)
  await writeFile(file, text)
  const config = await load({ LOCKKEEPER_CONFIG: file })
  return config.ok ? [] : config.faults.map(({ line, key, what }) => `${line} ${key} ${what}`)
}

describe('a configuration', () => {
  it('is read from lockkeeper.yml where the bot is started, with folders beside it', async () => {
    expect(await loaded()).toEqual({
      command: 'lockkeeper',
      databaseUrl: null,
      folder: path.join(folder, '.lockkeeper'),
      runbooks: path.join(folder, 'runbooks'),
      backups: path.join(folder, '.lockkeeper/backups'),
      slack: null,
      mail: null,
      roles: {
        'migration-operators': { people: ['U012ASHA'], groups: ['S012OPS'] },
        cto: { people: ['U012CTO'], groups: [] },
      },
      readers: ['migration-operators', 'cto'],
      terminal: { asha: 'U012ASHA' },
      keep: { runs: 730, plans: 90, messages: 90, audit: path.join(folder, '.lockkeeper/audit') },
      file: path.join(folder, 'lockkeeper.yml'),
    })
  })

  it('says in days what is kept, and where the audit files lie', async () => {
    const text = `${good}keep: { runs: 3650d, messages: 7d, audit: ../audit }\n`
    await writeFile(path.join(folder, 'keeps.yml'), text)
    const { keep } = await loaded({ LOCKKEEPER_CONFIG: 'keeps.yml' })
    expect(keep).toEqual({ runs: 3650, plans: 90, messages: 7, audit: path.resolve(folder, '../audit') })
    expect(await faultsOfFile(`${good}keep: { runs: 2y, plans: 0d }\n`)).toEqual([
      '6 keep.runs is not a number of days, such as 90d',
      '6 keep.plans is not a number of days, such as 90d',
    ])
  })

  it('takes its folder and its file from the environment', async () => {
    const config = await loaded({ LOCKKEEPER_FOLDER: 'elsewhere', LOCKKEEPER_CONFIG: './lockkeeper.yml' })
    expect(config.folder).toBe(path.join(folder, 'elsewhere'))
  })

  it('works in the terminal alone without any variable of Slack', async () => {
    expect((await loaded({ PORT: '3000' })).slack).toBeNull()
  })

  it('reaches Slack by Socket Mode, or by HTTP', async () => {
    expect((await loaded(socket)).slack).toEqual({
      botToken: 'xoxb-1-bot',
      mode: { socket: { appToken: 'xapp-1-app' } },
      apiUrl: null,
    })
    expect((await loaded({ ...http, SLACK_API_URL: 'http://127.0.0.1:1/api/' })).slack).toEqual({
      botToken: 'xoxb-1-bot',
      mode: { http: { signingSecret: 'signing', port: 3000 } },
      apiUrl: 'http://127.0.0.1:1/api/',
    })
  })

  it('reaches people by links only over HTTP, and only where they are encrypted on their way', async () => {
    const url = 'https://lockkeeper.example.com'
    expect((await loaded({ ...http, LOCKKEEPER_URL: `${url}/` })).slack?.mode).toEqual({
      http: { signingSecret: 'signing', port: 3000, publicUrl: url },
    })
    expect(await faults({ ...http, LOCKKEEPER_URL: 'http://127.0.0.1:3000' })).toEqual([])
    const wrong = ['LOCKKEEPER_URL is not an https URL']
    expect(await faults({ ...http, LOCKKEEPER_URL: 'http://lockkeeper.example.com' })).toEqual(wrong)
    expect(await faults({ ...http, LOCKKEEPER_URL: 'lockkeeper' })).toEqual(wrong)
    const unheard = ['LOCKKEEPER_URL is set, and nothing listens for people']
    expect(await faults({ ...socket, LOCKKEEPER_URL: url })).toEqual(unheard)
  })

  it('sends letters from whom the file says, through the server that the environment names', async () => {
    const mail = 'mail: { from: "Lockkeeper (HRMS) <lockkeeper@example.com>", replyTo: ops@example.com }'
    const file = path.join(folder, 'mail.yml')
    await writeFile(file, `${good}${mail}\n`)
    const url = 'smtp://lockkeeper:p%40ss@mail.example.com:587'
    expect((await loaded({ SMTP_URL: url, LOCKKEEPER_CONFIG: file })).mail).toEqual({
      url,
      from: { name: 'Lockkeeper (HRMS)', address: 'lockkeeper@example.com' },
      replyTo: { name: '', address: 'ops@example.com' },
    })
    expect((await loaded({ LOCKKEEPER_CONFIG: file })).mail).toBeNull()
  })

  it('says whom letters are from, where there is a server', async () => {
    expect(await faults({ SMTP_URL: 'smtp://mail.example.com' })).toEqual(['mail is missing'])
    expect(await faultsOfFile(`${good}mail: {}\n`)).toEqual(['6 mail.from is missing'])
    expect(await faultsOfFile(`${good}mail: { from: Lockkeeper, replyTo: "<a@b>" }\n`)).toEqual([
      '6 mail.from is not an e-mail address, with or without a name',
      '6 mail.replyTo is not an e-mail address, with or without a name',
    ])
  })

  it.each([
    ['mail.example.com:587', 'has another scheme than smtp:// or smtps://'],
    ['https://mail.example.com', 'has another scheme than smtp:// or smtps://'],
    ['mail.example.com', 'is not a URL of a mail server'],
    ['smtp://', 'is not a URL of a mail server'],
    ['smtp://lockkeeper@mail.example.com', 'has a user or a password alone'],
    ['smtp://mail.example.com/?tls=no', 'has more than a user, a password, a host and a port'],
    ['smtp://lockkeeper:a/b@mail.example.com', 'is not a URL of a mail server'],
    ['smtp://lockkeeper:50%25%@mail.example.com', 'holds a % that encodes nothing'],
  ])('refuses the mail server %s', async (url, what) => {
    expect(await faults({ SMTP_URL: url, SLACK_API_URL: 'nowhere' })).toContain(`SMTP_URL ${what}`)
  })

  it.each([
    [{ SLACK_APP_TOKEN: 'xapp-1-app' }, ['SLACK_BOT_TOKEN is not set']],
    [{ SLACK_BOT_TOKEN: 'xoxb-1-bot' }, ['SLACK_APP_TOKEN is not set']],
    [
      { SLACK_BOT_TOKEN: 'xapp-1-app', SLACK_APP_TOKEN: 'xoxb-1-bot' },
      ['SLACK_BOT_TOKEN is not a bot token', 'SLACK_APP_TOKEN is not an app-level token'],
    ],
    [{ SLACK_BOT_TOKEN: 'xoxb-1-bot', SLACK_SIGNING_SECRET: 's' }, ['PORT is not set']],
    [{ ...http, PORT: 'http' }, ['PORT is not a port']],
    [{ LOG_LEVEL: 'loud' }, ['LOG_LEVEL is not a level of the log']],
    [{ ...http, SLACK_APP_TOKEN: 'xapp-1-app' }, ['SLACK_SIGNING_SECRET is set beside SLACK_APP_TOKEN']],
    [{ ...socket, SLACK_API_URL: 'nowhere' }, ['SLACK_API_URL is not a URL']],
    [{ DATABASE_URL: 'mysql://x/y' }, ['DATABASE_URL is not a URL of a PostgreSQL database']],
    [{ DATABASE_URL: 'postgres://db' }, ['DATABASE_URL is not a URL of a PostgreSQL database']],
  ])('refuses %j', async (environment, expected) => {
    expect(await faults(environment as unknown as Record<string, string>)).toEqual(expected)
  })

  it('tells every fault at once, of the environment and of the file, each with its remedy', async () => {
    const file = path.join(folder, 'faulty.yml')
    await writeFile(file, 'runbook: x\nroles:\n  cto: { people: [bob] }\nterminal: { a: xoxb-123456789 }\n')
    const config = await load({ DATABASE_URL: 'x', SLACK_APP_TOKEN: 'xapp-1', LOCKKEEPER_CONFIG: file })
    if (config.ok) throw new Error('accepted')
    expect(
      config.faults.map(({ file: where, line, key }) => `${path.basename(where)}:${line} ${key}`),
    ).toEqual([
      'environment:0 DATABASE_URL',
      'environment:0 SLACK_BOT_TOKEN',
      'faulty.yml:1 runbooks',
      'faulty.yml:1 runbook',
      'faulty.yml:3 roles.cto.people[0]',
      'faulty.yml:4 terminal.a',
    ])
    expect(config.faults.every((fault) => fault.what && fault.remedy)).toBe(true)
    expect(config.faults.find((fault) => fault.key === 'runbook')?.remedy).toBe('Did you mean `runbooks`?')
  })

  it('never repeats a value', async () => {
    const config = await load({
      DATABASE_URL: 'hunter2',
      SMTP_URL: 'smtps://hunter2@mail',
      SLACK_BOT_TOKEN: 'hunter2',
      SLACK_APP_TOKEN: 'hunter2',
      SLACK_API_URL: '',
    })
    expect(config.ok).toBe(false)
    expect(JSON.stringify(config)).not.toContain('hunter2')
  })

  it('says where it looked for a file that is missing', async () => {
    expect(await faults({ LOCKKEEPER_CONFIG: 'nowhere.yml' })).toEqual([' cannot be read (ENOENT)'])
  })

  it('defines who may operate, and no role that nobody has', async () => {
    expect(await faultsOfFile('runbooks: runbooks\nroles:\n  cto: {}\n')).toEqual([
      '2 roles does not define migration-operators',
      '3 roles.cto names nobody',
    ])
  })

  it('names readers that are roles', async () => {
    expect(await faultsOfFile(`${good}readers: [cto, support]\n`)).toEqual([
      '6 readers names support, which is no role',
    ])
  })

  it('names a folder of runbooks that exists', async () => {
    expect(await faultsOfFile(good.replace('runbooks: runbooks', 'runbooks: nowhere'))).toEqual([
      '1 runbooks is not a folder',
    ])
  })
})

it('knows which of it is secret', async () => {
  const url = 'postgres://bot:hunter2@db/lockkeeper'
  expect(secretsOfConfig(await loaded({ DATABASE_URL: url, ...http }))).toEqual([
    url,
    'hunter2',
    'xoxb-1-bot',
    'signing',
  ])
  expect(secretsOfConfig(await loaded(socket))).toEqual(['xoxb-1-bot', 'xapp-1-app'])
  const mail = 'smtp://lockkeeper:p%40ss-word@mail.example.com'
  const file = path.join(folder, 'secret-mail.yml')
  await writeFile(file, `${good}mail: { from: lockkeeper@example.com }\n`)
  expect(secretsOfConfig(await loaded({ SMTP_URL: mail, LOCKKEEPER_CONFIG: file }))).toEqual([
    mail,
    'p@ss-word',
  ])
})
