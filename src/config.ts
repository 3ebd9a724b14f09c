import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { keepSchema, type KeepConfig } from './config-keep.ts'
import { mailSchema, smtpFault, type MailConfig } from './config-mail.ts'
import { readSlack, type SlackConfig } from './config-slack.ts'
import { logLevels } from './log-level.ts'
import { secretsOfUrl } from './redaction/secrets-of.ts'
import { inOrder, type Fault } from './yaml/fault.ts'
import { readYaml, type YamlFile } from './yaml/read.ts'

/** What the bot was told: environment and `lockkeeper.yml`, checked. */
export interface Config {
  /** The bot's own database; null: an embedded server in `folder`. */
  databaseUrl: string | null
  /** Absolute. Holds the embedded server, the folders of runs, and the dumps where `backups` says nothing else. */
  folder: string
  /** Absolute folder of runbooks (`*.yml`). */
  runbooks: string
  /** Absolute folder of dumps. */
  backups: string
  slack: SlackConfig | null
  /** Null: no mail is sent. */
  mail: MailConfig | null
  /** Role names to people. `migration-operators` must be among them. */
  roles: Record<string, { people: string[]; groups: string[] }>
  /** Roles whose people may read plans, runs and notices: all of them, unless the file names some. */
  readers: string[]
  /** Operating-system user to Slack user id. */
  terminal: Record<string, string>
  keep: KeepConfig
  /** How Lockkeeper is called in a terminal of this host, as messages show it. */
  command: string
  /** Where all of this was read, for messages. */
  file: string
}

export type { SlackConfig }

/** Who may plan, schedule, back up, run, answer, acknowledge, escalate, tell news, cancel and roll back. */
export const operatorRole = 'migration-operators'

export type Environment = Readonly<Record<string, string | undefined>>

export type LoadedConfig = { ok: true; value: Config } | { ok: false; faults: Fault[] }

const user = z.string().regex(/^[UW][A-Z0-9]{2,}$/, 'is not a Slack user id: U… (profile, ⋯, Copy member ID)')
const group = z.string().regex(/^S[A-Z0-9]{2,}$/, 'is not the id of a Slack user group: S…')

const fileSchema = z.strictObject({
  runbooks: z.string().min(1, 'is empty').describe('Folder of runbooks; relative to this file.'),
  backups: z.string().min(1, 'is empty').optional().describe('Folder of dumps; relative to this file.'),
  roles: z
    .record(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]{1,62}$/, 'is not a name of a role: lower-case letters, digits, hyphens'),
      z.strictObject({ people: z.array(user).default([]), groups: z.array(group).default([]) }),
    )
    .describe('Who may do what: people by Slack user id, user groups by their id.'),
  readers: z
    .array(z.string())
    .optional()
    .describe('Roles whose people may read plans, runs and notices. Without it: all roles.'),
  terminal: z
    .record(z.string(), user)
    .default({})
    .describe('Who works in a terminal: operating-system user, and Slack user id.'),
  mail: mailSchema.optional().describe('Letters; the server is in SMTP_URL.'),
  keep: keepSchema.describe('How long what Lockkeeper recorded is kept.'),
})

/**
 * Reads environment and configuration file. All faults at once. Without any variable of Slack the bot works in the
 * terminal alone; with some of them it refuses to start, since a bot that nobody hears is worse than none.
 */
export async function loadConfig(environment: Environment, cwd: string): Promise<LoadedConfig> {
  const given = (name: string) => environment[name]?.trim() || null
  const faults: Fault[] = []
  const wrong = (key: string, what: string, remedy: string) =>
    void faults.push({ file: 'environment', line: 0, column: 0, key, what, remedy })

  const databaseUrl = given('DATABASE_URL')
  if (databaseUrl && !isDatabaseUrl(databaseUrl))
    wrong(
      'DATABASE_URL',
      'is not a URL of a PostgreSQL database',
      'Write postgres://role:password@host:5432/database, or remove it to use the embedded server.',
    )
  const smtpUrl = given('SMTP_URL')
  const smtpWrong = smtpUrl && smtpFault(smtpUrl)
  if (smtpWrong) wrong('SMTP_URL', ...smtpWrong)
  const level = given('LOG_LEVEL')
  if (level && !logLevels.some((one) => one === level))
    wrong('LOG_LEVEL', 'is not a level of the log', `Write ${logLevels.join(', ')}, or remove it for info.`)
  const slack = readSlack(given, wrong)
  const folder = path.resolve(cwd, given('LOCKKEEPER_FOLDER') ?? '.lockkeeper')
  const file = path.resolve(cwd, given('LOCKKEEPER_CONFIG') ?? 'lockkeeper.yml')
  const written = await readConfigFile(file, smtpUrl !== null)
  faults.push(...written.faults)
  if (!written.value || faults.length > 0) return { ok: false, faults }
  const { runbooks, backups, roles, readers, terminal, mail, keep } = written.value
  const beside = (named: string) => path.resolve(path.dirname(file), named)
  return {
    ok: true,
    value: {
      databaseUrl,
      folder,
      runbooks: beside(runbooks),
      backups: backups ? beside(backups) : path.join(folder, 'backups'),
      slack,
      mail: smtpUrl && mail ? { url: smtpUrl, from: mail.from, replyTo: mail.replyTo ?? null } : null,
      roles,
      readers: readers ?? Object.keys(roles),
      terminal,
      command: given('LOCKKEEPER_COMMAND') ?? 'lockkeeper',
      keep: { ...keep, audit: keep.audit ? beside(keep.audit) : path.join(folder, 'audit') },
      file,
    },
  }
}

/** Tokens and passwords that the bot itself was given. */
export function secretsOfConfig({
  databaseUrl,
  slack,
  mail,
}: Pick<Config, 'databaseUrl' | 'slack' | 'mail'>): string[] {
  const urls = [databaseUrl, mail?.url].flatMap((url) => (url ? secretsOfUrl(url) : []))
  if (!slack) return urls
  return [
    ...urls,
    slack.botToken,
    'socket' in slack.mode ? slack.mode.socket.appToken : slack.mode.http.signingSecret,
  ]
}

function isDatabaseUrl(written: string): boolean {
  const url = URL.parse(written)
  return /^postgres(ql)?:$/.test(url?.protocol ?? '') && (url?.pathname.length ?? 0) > 1
}

type FileConfig = z.output<typeof fileSchema>

async function readConfigFile(
  file: string,
  sendsMail: boolean,
): Promise<Pick<YamlFile<FileConfig>, 'value' | 'faults'>> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    const what = `cannot be read (${code})`
    const remedy =
      code === 'EACCES'
        ? 'Let this operating-system user read it, or type the command as the user of the bot.'
        : 'Copy lockkeeper.example.yml to it, or name another file by LOCKKEEPER_CONFIG.'
    return { value: null, faults: [{ file, line: 0, column: 0, key: '', what, remedy }] }
  }
  const read = readYaml(file, text, fileSchema)
  const faults = [
    ...read.faults,
    ...roleFaults(read),
    ...(await folderFaults(file, read)),
    ...(sendsMail ? mailFaults(read) : []),
  ]
  return { value: read.value, faults: inOrder(faults) }
}

function roleFaults({ value, fault }: YamlFile<FileConfig>): Fault[] {
  if (!value) return []
  const empty = Object.entries(value.roles).filter(
    ([, role]) => role.people.length + role.groups.length === 0,
  )
  const unknownReaders = (value.readers ?? []).filter((name) => !value.roles[name])
  return [
    ...(value.roles[operatorRole]
      ? []
      : [
          fault(
            ['roles'],
            `does not define ${operatorRole}`,
            'Name there who may plan, run, answer, cancel and roll back.',
          ),
        ]),
    ...unknownReaders.map((name) =>
      fault(
        ['readers'],
        `names ${name}, which is no role`,
        `Name roles of this file: ${Object.keys(value.roles).join(', ')}.`,
      ),
    ),
    ...empty.map(([name]) =>
      fault(
        ['roles', name],
        'names nobody',
        'Add people (U…) or groups (S…): nobody could ever give its approval.',
      ),
    ),
  ]
}

function mailFaults({ written, fault }: YamlFile<FileConfig>): Fault[] {
  if (typeof written !== 'object' || written === null || 'mail' in written) return []
  const remedy =
    'SMTP_URL is set: add mail: { from: "Lockkeeper <lockkeeper@example.com>" }, or remove SMTP_URL.'
  return [fault(['mail'], 'is missing', remedy)]
}

async function folderFaults(file: string, { value, fault }: YamlFile<FileConfig>): Promise<Fault[]> {
  if (!value) return []
  const found = await stat(path.resolve(path.dirname(file), value.runbooks)).catch(() => null)
  return found?.isDirectory()
    ? []
    : [
        fault(
          ['runbooks'],
          'is not a folder',
          'Make it, or name the folder that holds the runbooks; relative to this file.',
        ),
      ]
}
