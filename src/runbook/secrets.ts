import { makeJsonRedactor, makeRedactor, secretsOfConnection, secretsOfUrl } from '../redaction.ts'
import type { Contact } from '../domain/escalation.ts'
import { isOwn } from '../domain/own-words.ts'
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
 * The values that must never be shown: the target's URL, whatever a request sends in its headers or its body, what a
 * service's variables hold whose names say so, and all that reaches another pager. A variable in a URL of the application
 * is none: its ports and hosts are in messages.
 */
export function secretsOfRunbook(runbook: Runbook, environment: Environment): string[] {
  const sent = namesIn([
    runbook.functional.map(({ headers, json }) => [headers, json]),
    runbook.contacts.map(sentToPager),
  ]).filter(isVariable)
  const needed = neededBy(runbook)
  const named = needed.filter((name) => /SECRET|PASSWORD|PASSWD|TOKEN|KEY|CREDENTIAL|CONNECTION/i.test(name))
  const valuesOf = (names: readonly string[]) => names.map((name) => environment[name] ?? '').filter(Boolean)
  return [
    ...new Set([
      ...valuesOf([...sent, ...named]),
      ...valuesOf([runbook.target.url, ...needed]).flatMap((value) => [
        ...secretsOfUrl(value),
        ...secretsOfConnection(value),
      ]),
    ]),
  ]
}

/** What services, the engine and those who tell who is on call are given. */
const neededBy = ({ services, engine, contacts }: Runbook): string[] => [
  ...services.flatMap((service) => service.environment),
  ...(engine.kind === 'efcore' ? engine.environment : []),
  ...contacts.flatMap(({ onCall }) => onCall?.environment ?? []),
]

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
    urls.map((url) => url?.replace(/^https?:\/\/[^/?#]*/, '')),
    [onCall?.headers, rest, acknowledge?.json, resolve?.json, test?.json],
  ]
}

/** What must never be shown, as far as it is known by now: runbooks come and change while the bot runs. */
export interface Secrets {
  /** From now on what this runbook names is taken out too. To be told before anything is done with it. */
  know: (runbook: Runbook) => void
  /** Takes secrets out of a text, or of every text in a value; our own words and names in it stay (`domain/own-words.ts`). */
  redact: <T>(value: T) => T
}

export function makeSecrets(first: readonly string[], environment: Environment): Secrets {
  const known = new Set(first)
  let redact = makeJsonRedactor(makeRedactor(first), isOwn)
  return {
    know(runbook) {
      const more = secretsOfRunbook(runbook, environment).filter((secret) => !known.has(secret))
      if (more.length === 0) return
      for (const secret of more) known.add(secret)
      redact = makeJsonRedactor(makeRedactor([...known]), isOwn)
    },
    redact: (value) => redact(value),
  }
}
