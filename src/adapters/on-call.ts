import { z } from 'zod'
import type { Contact } from '../domain/escalation.ts'
import type { OnCall, OnCallFault } from '../domain/on-call.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import type { Runbook } from '../domain/runbook.ts'
import { mailAddress, user } from '../domain/runbook-values.ts'
import type { Secrets } from '../runbook/secrets.ts'
import { valueAt } from './http-expectation.ts'
import { jsonOf, send } from './http-send.ts'
import { fill } from './http-variables.ts'
import { inherited } from './inherited.ts'
import { pipe } from './process.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Settings = NonNullable<Contact['onCall']>

export interface OnCallAround {
  /** Of the runbook: where the command starts. */
  folder: string
  environment: Environment
  /** Takes secrets out of what is said, before anything is made of it. */
  redact: (text: string) => string
}

/** Characters: more than this is no list of who is on call. */
const longest = 8_192

/** More people than this are not on call, whatever somebody says. */
const most = 20

/** Milliseconds from SIGTERM to SIGKILL for a command that is late. */
const grace = 1_000

/** The same for the contacts of any runbook. */
export const onCallBy =
  (environment: Environment, secrets: Secrets) =>
  (contact: Contact, runbook: Runbook): Promise<Result<OnCall>> => {
    secrets.know(runbook)
    return onCallNow(contact, { folder: runbook.folder, environment, redact: secrets.redact })
  }

/**
 * Asks who is on call at this moment. Nothing is changed by it, so it may be asked again. Fails with `on-call-unknown`,
 * also where somebody answers and names nobody.
 */
export async function onCallNow(
  { role, onCall }: Pick<Contact, 'role' | 'onCall'>,
  around: OnCallAround,
): Promise<Result<OnCall>> {
  const unknown = (why: OnCallFault) => failure({ code: 'on-call-unknown', contact: role, why })
  if (!onCall) return unknown({ is: 'nobody' })
  const said = onCall.command
    ? await printed(onCall, onCall.command, around)
    : await answered(onCall, around.environment)
  if (typeof said !== 'string') return unknown(said)
  const read = readNames(around.redact(said), onCall.path)
  return 'is' in read ? unknown(read) : ok(read)
}

/** What the command writes to its standard output. */
async function printed(
  { environment: names, within }: Settings,
  [file, ...args]: NonNullable<Settings['command']>,
  { folder, environment }: OnCallAround,
): Promise<string | OnCallFault> {
  const late = AbortSignal.timeout(within)
  const { stdin, stdout, ended } = pipe(file, args, {
    environment: inherited(environment, 'program', names),
    directory: folder,
    signal: late,
    grace,
    keepLines: 0,
  })
  stdin.end()
  let said = ''
  stdout.setEncoding('utf8')
  stdout.on('data', (more: string) => {
    if (said.length <= longest) said += more
  })
  const { aborted, exitCode, signal } = await ended
  if (aborted) return { is: 'late', seconds: within / 1000 }
  if (exitCode !== 0) return { is: 'ended', exitCode, signal }
  return said.length <= longest ? said : { is: 'unread' }
}

async function answered(
  { url = '', headers, within }: Settings,
  environment: Environment,
): Promise<string | OnCallFault> {
  const filled = fill({ url, headers }, (name) => environment[name])
  if ('missing' in filled) return { is: 'unset', variable: filled.missing }
  const answer = await send({ method: 'GET', ...filled.filled }, within, new AbortController().signal, true)
  if ('saw' in answer) return { is: 'answered', saw: answer.saw }
  if (answer.status !== 200) return { is: 'answered', saw: String(answer.status) }
  return answer.text ?? { is: 'unread' }
}

/** One name a line; or, where it is JSON, what stands at the path. */
function readNames(said: string, path: string | undefined): OnCall | OnCallFault {
  const names = path === undefined ? said.split('\n') : namesAt(said, path)
  if (names === null) return { is: 'unread' }
  const named = [...new Set(names.map((name) => name.trim()).filter(Boolean))]
  if (named.length === 0) return { is: 'nobody' }
  const people = named.filter((name) => user.safeParse(name).success)
  const mail = named.filter((name) => mailAddress.safeParse(name).success)
  return named.length <= most && people.length + mail.length === named.length
    ? { people, mail }
    : { is: 'unread' }
}

const texts = z.union([z.string().transform((one) => [one]), z.array(z.string())])

/** Nothing at the path, or null, is nobody; something else there is not what was agreed. */
function namesAt(said: string, path: string): string[] | null {
  const body = jsonOf(said)
  if (body === undefined) return null
  const found = valueAt(body, path)
  if (found === undefined || found === null) return []
  const read = texts.safeParse(found)
  return read.success ? read.data : null
}
