import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { commands } from '../../commands/list.ts'
import type { Hint } from '../workspace/page.ts'
import { startMailServer } from '../mail/server.ts'
import { startWorkspace, type Workspace } from '../workspace/server.ts'
import { findApplications } from './applications.ts'
import { startBot, type Bot, type Program } from './bot.ts'
import { writeTerminal } from './terminal.ts'
import { openDatabases, type Databases } from './databases.ts'
import { guide } from './guide.ts'
import { chooseHrms, type Wanted } from './hrms.ts'
import { takePlace } from './only-one.ts'
import { folder, project } from './places.ts'
import { freePort } from './ports.ts'
import { makeReporting, type Reporting } from './reporting.ts'
import { runbooksOnDotnet } from './runbooks.ts'
import { watchHrms, type World } from './world.ts'

/** The whole demo, running. */
export interface Stage {
  workspace: Workspace
  databases: Databases
  reporting: Reporting
  /** HRMS is the ASP.NET one, and its plans are made by `dotnet ef`. */
  onDotnet: boolean
  hrmsUrl: string
  payrollUrl: string
  bot: Bot
  /** Ends all of it, in the order in which one part needs the other. */
  close(): Promise<void>
}

export interface StageOptions {
  /** Of the page; 0: any free one. */
  port: number
  fresh: boolean
  hrms: Wanted
  /** Of the bot; from source unless another one is named. */
  program?: Program
  say: (line: string) => void
  /** Ends a start that takes its time. */
  signal?: AbortSignal
}

/** Brings all up. When a part does not come up, what is up already is ended again before this throws. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const leave = takePlace()
  if (!leave) throw new Error(`a demo runs already in ${folder}. End it first.`)
  const closing: (() => Promise<void> | void)[] = [leave]
  const close = async () => {
    for (const end of closing.splice(0).reverse()) await end()
  }
  try {
    return await build(options, closing, close)
  } catch (error) {
    await close()
    throw error
  }
}

async function build(
  options: StageOptions,
  closing: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Stage> {
  const { say, signal = new AbortController().signal } = options
  // What a killed demo left: its applications, of one kind or the other.
  await (await findApplications(runbooksOnDotnet.runbooks, {})).stop()
  const hrms = await chooseHrms(options.hrms, say, signal)
  const [botPort, hrmsPort, payrollPort] = [await anyPort(), await anyPort(), await anyPort()]
  const databases = await openDatabases(options)
  closing.push(() => databases.stop())
  say('PostgreSQL runs, with hrms_master as it is before the migration.')

  const hrmsFolder = path.join(folder, 'hrms')
  const applicationsEnvironment = {
    PATH: `${path.join(project, 'node_modules', '.bin')}${path.delimiter}${process.env['PATH'] ?? ''}`,
    HRMS_DATABASE_URL: databases.url('hrms_master', 'hrms_app'),
    ConnectionStrings__MasterDb: databases.connectionString('hrms_master', 'hrms_app', 'hrms-api'),
    JWT_SECRET: randomBytes(32).toString('hex'),
    HRMS_PORT: String(hrmsPort),
    HRMS_FOLDER: hrmsFolder,
    PAYROLL_DATABASE_URL: databases.url('payroll', 'hrms_batch'),
    PAYROLL_PORT: String(payrollPort),
  }
  const applications = await findApplications(hrms.runbooks, applicationsEnvironment)
  closing.push(() => applications.stop())
  // Counts of writes into a database that is no more.
  await rm(hrmsFolder, { recursive: true, force: true })
  await applications.start()
  const hrmsUrl = `http://127.0.0.1:${hrmsPort}`
  say('HRMS runs, and its users are at work.')

  const signingSecret = randomBytes(16).toString('hex')
  let seen: Pick<World, 'healthy' | 'release' | 'writes'> = { healthy: true, release: 'before', writes: null }
  const reporting = makeReporting(databases.url('hrms_master', 'hrms_reporting'), () => show())
  closing.push(() => reporting.close())
  const workspace = await startWorkspace({
    port: options.port,
    botUrl: `http://127.0.0.1:${botPort}/slack/events`,
    signingSecret,
    guide,
    commands: hints(applications.runbooks),
    worldActs: { report: () => (reporting.isOpen() ? reporting.close() : reporting.open()) },
  })
  closing.push(() => workspace.close())
  const mail = await startMailServer((letter) => workspace.showLetter(letter))
  closing.push(() => mail.close())
  const show = () =>
    workspace.showWorld({
      product: 'HRMS',
      ...seen,
      acts: [
        {
          name: 'report',
          label: reporting.isOpen() ? 'Close the report' : 'Leave a report open on hrms_master',
          on: reporting.isOpen(),
        },
      ],
    } satisfies World)
  const watching = new AbortController()
  const watched = watchHrms(
    hrmsUrl,
    (now) => {
      seen = now
      show()
    },
    watching.signal,
  )
  closing.push(async () => {
    watching.abort()
    await watched
  })
  await reporting.open()

  const itsOwn = {
    ...applicationsEnvironment,
    ...acceptance,
    DATABASE_URL: databases.url('lockkeeper', 'lockkeeper'),
    HRMS_MASTER_URL: databases.url('hrms_master', 'lockkeeper'),
    PAYROLL_URL: databases.url('payroll', 'lockkeeper'),
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_API_URL: workspace.apiUrl,
    SMTP_URL: mail.url,
    PORT: String(botPort),
    LOCKKEEPER_COMMAND: 'npm run --silent demo:terminal --',
    LOCKKEEPER_CONFIG: hrms.file,
    LOCKKEEPER_FOLDER: path.join(folder, 'lockkeeper'),
  }
  await writeTerminal(itsOwn)
  const bot = await startBot({ ...inherited(), ...itsOwn }, botPort, options.program ?? 'src/main.ts')
  closing.push(() => bot.stop())
  say('Lockkeeper is ready.')
  return {
    workspace,
    databases,
    reporting,
    onDotnet: hrms.onDotnet,
    hrmsUrl,
    payrollUrl: `http://127.0.0.1:${payrollPort}/`,
    bot,
    close,
  }
}

/** For completion: every command, and those about a runbook with each runbook. */
const hints = (runbooks: readonly { name: string; title: string }[]): Hint[] => [
  ...commands.map(({ name, summary }) => ({ words: name, says: summary })),
  ...['plan', 'schedule', 'notices', 'who', 'backup', 'verify', 'status'].flatMap((command) =>
    runbooks.map(({ name, title }) => ({ words: `${command} ${name}`, says: title })),
  ),
]

/** The account of the functional checks. */
const acceptance = { HRMS_ADMIN_EMAIL: 'admin1@morishr.test', HRMS_ADMIN_PASSWORD: 'Test123!' }

/** What a program of this machine needs to run at all, `dotnet` among them; nothing that is about the bot. */
const inheritedNames = [
  'HOME',
  'LANG',
  'TMPDIR',
  'TZ',
  'LD_LIBRARY_PATH',
  'USER',
  'DOTNET_ROOT',
  'DOTNET_CLI_HOME',
  'NUGET_PACKAGES',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]

const inherited = (): Record<string, string> =>
  Object.fromEntries(inheritedNames.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))

async function anyPort(): Promise<number> {
  const port = await freePort()
  if (port === null) throw new Error('no port is free')
  return port
}
