import type { Contact } from '../domain/escalation.ts'
import type { WebhookValues } from '../domain/webhook.ts'
import { isVariable } from '../runbook/placeholders.ts'
import { send } from './http-send.ts'
import { fill } from './http-variables.ts'

type Webhook = NonNullable<Contact['webhook']>
type Environment = Readonly<Record<string, string | undefined>>

/** What a webhook is told. Of these, only a ping needs no words of its own in the runbook. */
export type Does = 'ping' | 'acknowledge' | 'resolve' | 'test'

/** How it went. `later`: not taken, or nobody knows (`unsure`); the same again does no harm. Nothing secret is in it. */
export type Taken = { taken: true } | { refused: string } | { later: string; unsure: boolean }

/** Whether the runbook has something to say for this. */
export const says = (webhook: Webhook, does: Does): boolean => does === 'ping' || webhook[does] !== undefined

/** Statuses by which a server says that the same may be taken later. */
const notNow = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || status >= 500

/** Tells a webhook. What was answered is not read: it may be anything. */
export async function tellWebhook(
  webhook: Webhook,
  does: Does,
  values: WebhookValues,
  environment: Environment,
): Promise<Taken> {
  const { url = webhook.url, json } = does === 'ping' ? webhook : (webhook[does] ?? webhook)
  const known: Readonly<Record<string, string | undefined>> = values
  const filled = fill({ url, headers: webhook.headers, json }, (name) =>
    isVariable(name) ? environment[name] : known[name],
  )
  if ('missing' in filled) return { refused: `${filled.missing} is not set` }
  const answer = await send(
    { method: 'POST', ...filled.filled },
    webhook.within,
    new AbortController().signal,
  )
  if ('saw' in answer) return { later: answer.saw, unsure: true }
  const { status } = answer
  if (status >= 200 && status < 300) return { taken: true }
  return notNow(status) ? { later: String(status), unsure: false } : { refused: String(status) }
}
