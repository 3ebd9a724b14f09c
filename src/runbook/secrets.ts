import { makeRedactor, type Redact } from '../redaction/redactor.ts'
import { secretsOfConnection, secretsOfUrl } from '../redaction/secrets-of.ts'
import type { Contact } from '../domain/escalation.ts'
import type { Runbook } from '../domain/runbook.ts'
import { isVariable, namesIn } from './placeholders.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Every environment variable that a runbook names, sorted: what must be set before it runs. */
export function variablesOf(runbook: Runbook): string[] {
  const { functional, services, contacts } = runbook
  const named = namesIn([
    functional,
    services.map((service) => service.health.url),
    contacts.map(({ onCall, webhook }) => [onCall?.url, onCall?.headers, webhook]),
  ]).filter(isVariable)
  return [...new Set([runbook.target.url, ...neededBy(runbook), ...named])].sort()
}

/**
 * The values that must never be shown: the target's URL, whatever a request sends in its headers or its body, all that
 * services, the engine and on-call programs are given, and all that reaches another pager. Not secret is what
 * `publicEnvironment` names, and the host and port of a URL of the application, which are in messages.
 */
export function secretsOfRunbook(runbook: Runbook, environment: Environment): string[] {
  const { functional, services, contacts, publicEnvironment = [] } = runbook
  const sent = namesIn([functional.map(({ headers, json }) => [headers, json]), contacts.map(sentToPager)])
  const addresses = [...services.map(({ health }) => health.url), ...functional.map(({ url }) => url)]
  const shown = new Set([...publicEnvironment, ...namesIn(addresses.map((url) => authorityOf(url)))])
  const given = neededBy(runbook)
  const secret = [
    ...sent.filter((name) => isVariable(name) && !publicEnvironment.includes(name)),
    ...given.filter((name) => !shown.has(name)),
  ]
  const written = writtenBy(runbook)
  const valuesOf = (names: readonly string[]) => names.map((name) => environment[name] ?? '').filter(Boolean)
  return [
    ...new Set([
      ...valuesOf(secret).filter((value) => !written.has(value)),
      ...valuesOf([runbook.target.url, ...given]).flatMap((value) => [
        ...secretsOfUrl(value),
        ...secretsOfConnection(value),
      ]),
    ]),
  ]
}

/** Words that stand in every message, whatever a variable holds: names that the runbook itself writes, and switches. */
const writtenBy = ({ target, product }: Runbook): ReadonlySet<string> =>
  new Set([target.database, target.application.role, target.owner ?? '', product, 'true', 'false', 'null'])

/** What services, the engine and those who tell who is on call are given. */
const neededBy = ({ services, engine, contacts }: Runbook): string[] => [
  ...services.flatMap((service) => service.environment),
  ...(engine.kind === 'efcore' ? engine.environment : []),
  ...contacts.flatMap(({ onCall }) => onCall?.environment ?? []),
]

const authorityOf = (url: string): string => /^https?:\/\/[^/?#]*/.exec(url)?.[0] ?? ''

/** Whoever knows the path of a pager's URL may often use it; its host is known to everybody. */
function sentToPager({ onCall, webhook }: Contact): unknown {
  const urls = [
    onCall?.url,
    webhook?.url,
    webhook?.acknowledge?.url,
    webhook?.resolve?.url,
    webhook?.test?.url,
  ]
  const { url: _, acknowledge, resolve, test, ...rest } = webhook ?? {}
  return [
    urls.map((url) => url?.slice(authorityOf(url).length)),
    [onCall?.headers, rest, acknowledge?.json, resolve?.json, test?.json],
  ]
}

/** What must never be shown, as far as it is known by now: runbooks come and change while the bot runs. */
export interface Secrets {
  /** From now on what this runbook names is taken out too. To be told before anything is done with it. */
  know: (runbook: Runbook) => void
  /** Takes secrets out of a text. Records have strings that are ours: `domain/ours-in-records.ts`. */
  redact: Redact
}

export function makeSecrets(first: readonly string[], environment: Environment): Secrets {
  const known = new Set(first)
  let redact = makeRedactor(first)
  return {
    know(runbook) {
      const more = secretsOfRunbook(runbook, environment).filter((secret) => !known.has(secret))
      if (more.length === 0) return
      for (const secret of more) known.add(secret)
      redact = makeRedactor([...known])
    },
    redact: (text) => redact(text),
  }
}
