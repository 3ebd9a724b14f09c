import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { parse, stringify } from 'yaml'
import { makeDesk } from '../../commands/desk.ts'
import type { House } from '../../commands/command.ts'
import { hrmsBySql } from '../../demo/stage/runbooks.ts'
import type { Config } from '../../src/config.ts'
import type { Desk, FormValues, Reply } from '../../src/domain/desk.ts'
import type { Caller, ChannelState, Directory, Quiet } from '../../src/domain/person.ts'
import type { Gone } from '../../src/domain/absence.ts'
import type { Form } from '../../src/domain/view.ts'
import { openRunbooks } from '../../src/runbook/load.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { lineText, plainText } from '../../src/views/words/plain.ts'
import { hrmsDatabase, onServer, storeDatabase, type TestDatabase } from '../databases.ts'
import { identityOf } from '../plans.ts'

export const asha: Caller = { person: 'U_ASHA', via: 'slack' }
export const mei: Caller = { person: 'U_MEI', via: 'slack' }
export const dan: Caller = { person: 'U_DAN', via: 'slack' }
/** May read, and no more. */
export const eve: Caller = { person: 'U_EVE', via: 'slack' }
export const guest: Caller = { person: 'U_GUEST', via: 'slack' }

/** A desk with everything behind it that is real, but Slack and the bot. */
export interface Office {
  desk: Desk
  house: House
  target: TestDatabase
  store: TestDatabase
  pool: pg.Pool
  /** Holds the runbook, its migrations, backups and the pid file. */
  folder: string
  runbookFile: string
  /** Members of Slack user groups, by group. A test may change them. */
  groups: Record<string, string[]>
  /** When somebody's notifications are paused, by person. */
  quiet: Record<string, Quiet>
  /** Who is not one of ours any more, by person. */
  gone: Record<string, Gone>
  /** Channels that we are not in, or of which nobody tells; we are in all others. A test may change them. */
  channels: Record<string, ChannelState | null>
  /** The time zones that people are in. A test may change them. */
  zones: Record<string, string>
  /** What the directory was asked about each time. */
  lookedUp: { person: string; about: string | undefined }[]
  /** Writes the runbook anew, with something changed. */
  rewrite(change: (written: any) => void): Promise<void>
  close(): Promise<void>
}

const example = path.resolve(import.meta.dirname, '../../demo/runbooks/hrms')

/** `change` edits the example's runbook as it is written. Nothing of it is shared with other tests. */
export async function openOffice(change: (written: any) => void = () => {}): Promise<Office> {
  const [target, store] = await Promise.all([hrmsDatabase(), storeDatabase()])
  await onServer((admin) => admin.query(`alter database ${target.name} owner to hrms_owner`))
  const folder = await mkdtemp(path.join(tmpdir(), 'lockkeeper-office-'))
  const runbooks = path.join(folder, 'runbooks')
  await mkdir(runbooks)
  await cp(path.join(example, 'migrations'), path.join(runbooks, 'migrations'), { recursive: true })
  const runbookFile = path.join(runbooks, 'add-security-enhancements.yml')
  const written = parse(await hrmsBySql())
  written.target.database = target.name
  Object.assign(written.services[0], { pidFile: '../hrms.pid', log: '../hrms.log', directory: '..' })
  delete written.backup.free
  const rewrite: Office['rewrite'] = async (edit) => {
    edit(written)
    await writeFile(runbookFile, stringify(written))
  }
  await rewrite(change)

  const zones: Office['zones'] = {}
  const groups: Office['groups'] = { S_DATABASE: [dan.person] }
  const quiet: Office['quiet'] = {}
  const gone: Office['gone'] = {}
  const channels: Office['channels'] = {}
  const lookedUp: Office['lookedUp'] = []
  const directory: Directory = {
    async lookUp(person, about) {
      lookedUp.push({ person, about })
      if (person === guest.person) return { may: false, problem: { code: 'person-refused', why: 'guest' } }
      const mine = Object.keys(groups).filter((group) => groups[group]?.includes(person))
      return { may: true, groups: mine, at: new Date().toISOString() }
    },
    members: async (group) => groups[group] ?? [],
    zoneOf: async (person) => zones[person] ?? null,
    quietOf: async (person) => quiet[person] ?? null,
    goneWhy: async (person) => gone[person] ?? null,
    channelState: async (channel) => (channel in channels ? (channels[channel] ?? null) : 'in'),
  }
  const pool = new pg.Pool({ connectionString: store.url, max: 6 })
  const config: Config = {
    databaseUrl: store.url,
    folder,
    runbooks,
    backups: path.join(folder, 'backups'),
    slack: null,
    mail: null,
    roles: {
      'migration-operators': { people: [asha.person, mei.person], groups: [] },
      'database-team': { people: [], groups: ['S_DATABASE'] },
      cto: { people: [mei.person], groups: [] },
      support: { people: [eve.person], groups: [] },
    },
    readers: ['migration-operators', 'database-team', 'cto', 'support'],
    terminal: {},
    keep: { runs: 730, plans: 90, messages: 90, audit: '' },
    command: 'lockkeeper',
    file: path.join(folder, 'lockkeeper.yml'),
  }
  const environment = {
    PATH: process.env['PATH'],
    HRMS_MASTER_URL: target.as('lockkeeper', 'lockkeeper'),
    HRMS_DATABASE_URL: target.as('hrms_app', 'hrms_app'),
    HRMS_PORT: '1',
    HRMS_FOLDER: folder,
    HRMS_ADMIN_EMAIL: 'admin1@morishr.test',
    HRMS_ADMIN_PASSWORD: 'Test123!',
  }
  const secrets = makeSecrets([], environment)
  const house: House = {
    pool,
    config,
    runbooks: openRunbooks(runbooks, { roles: Object.keys(config.roles) }, secrets),
    secrets,
    directory,
    environment,
    ours: await identityOf(store.url),
  }
  return {
    desk: makeDesk(house),
    house,
    target,
    store,
    pool,
    folder,
    runbookFile,
    groups,
    zones,
    quiet,
    gone,
    channels,
    lookedUp,
    rewrite,
    async close() {
      await pool.end()
      await Promise.all([target.drop(), store.drop()])
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Asked = Extract<Reply, { form: Form }>

/** The form that came back. */
export function formOf(reply: Reply): Asked {
  if (!('form' in reply)) throw new Error(saidBy(reply))
  return reply
}

/** All of a reply in words: a message, a form with its fields and options, or faults. */
export function saidBy(reply: Reply): string {
  if ('view' in reply) return plainText(reply.view)
  if ('faults' in reply) return reply.faults.map(({ field, why }) => `${field}: ${why}`).join('\n')
  const { form } = reply
  const fields = form.fields.map((field) => {
    const options = 'options' in field ? field.options.map(({ label }) => label) : []
    return `[${[field.label, ...options].join(' | ')}]`
  })
  const above = plainText({ state: [form.title], parts: form.parts, actions: [] })
  return [above, ...fields, lineText([form.submit])].join('\n')
}

/** Fills the form in that a reply asks for. */
export const fill = (office: Office, caller: Caller, asked: Asked, values: FormValues = {}): Promise<Reply> =>
  office.desk.submitted(caller, asked.command, asked.input, values)

/** The id of the plan that is open for a runbook. */
export async function openPlanOf(office: Office): Promise<string> {
  const { rows } = await office.pool.query<{ id: string }>(
    `select id from lockkeeper.plan where closed_at is null and kind <> 'backup' order by made_at desc limit 1`,
  )
  if (!rows[0]) throw new Error('no plan is open')
  return rows[0].id
}

/** Makes a plan as Asha, and gives its id; an open one that says the same stays. */
export async function planned(office: Office): Promise<string> {
  const reply = await office.desk.typed(asha, ['plan', 'add-security-enhancements'])
  if (!('view' in reply) || !/^(Plan|Nothing has changed) /.test(saidBy(reply)))
    throw new Error(saidBy(reply))
  return openPlanOf(office)
}

/** Approved by everybody who must. */
export async function approved(office: Office): Promise<string> {
  const plan = await planned(office)
  for (const who of [dan, mei]) {
    const said = saidBy(await fill(office, who, formOf(await office.desk.typed(who, ['approve', plan]))))
    if (!said.startsWith('Recorded')) throw new Error(said)
  }
  return plan
}
