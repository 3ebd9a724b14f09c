import { setTimeout as wait } from 'node:timers/promises'
import type { HttpRequest, Service } from '../domain/runbook.ts'
import type { Progress } from '../domain/step.ts'
import type { Result } from '../domain/result.ts'
import { failure, ok } from '../domain/result.ts'
import { fill, type Variables } from './http-variables.ts'
import { unlike, valueAt } from './http-expectation.ts'
import { jsonOf, send, type Answer } from './http-send.ts'

/** A verdict for each request. What an answer held is never part of it: it may be anybody's data. */
export interface Checked {
  passed: { name: string; milliseconds: number }[]
  failed: { name: string; expected: string; saw: string }[]
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Sends the requests one after the other, all of them: a later one may use what an earlier one kept, and fails for want
 * of it when that one failed. When aborted the rest fails.
 */
export async function checkRequests(
  requests: readonly HttpRequest[],
  environment: Environment,
  signal: AbortSignal,
): Promise<Checked> {
  const kept = new Map<string, string>()
  const variables: Variables = (name) => kept.get(name) ?? environment[name]
  const checked: Checked = { passed: [], failed: [] }
  for (const request of requests) {
    const began = performance.now()
    const fault = await check(request, variables, kept, signal)
    if (fault) checked.failed.push({ name: request.name, ...fault })
    else checked.passed.push({ name: request.name, milliseconds: Math.round(performance.now() - began) })
  }
  return checked
}

/** Milliseconds. A look that hangs longer is given up for the next one: a service that starts may drop its first guests. */
const longestLook = 5000

/** Milliseconds. A service that goes on under another PID is seen nowhere for a moment. */
const longestGap = 2000

/**
 * Asks for the service's health until it is 200, every `health.every` and for `health.within` at most. Fails with
 * `unhealthy`, which says what was seen last, `service-ended`, or `cancelled`.
 * @param hasEnded whether the service is gone: then nobody has to wait until the time is over
 */
export async function waitHealthy(
  { name, health }: Pick<Service, 'name' | 'health'>,
  signal: AbortSignal,
  progress: (progress: Progress) => void,
  environment: Environment = process.env,
  hasEnded: () => Promise<boolean> = async () => false,
): Promise<Result<{ milliseconds: number; attempts: number }>> {
  const began = performance.now()
  const elapsed = () => performance.now() - began
  const url = fill(health.url, (variable) => environment[variable])
  const fullLook = Math.min(longestLook, health.within)
  let last: Answer | null = null
  let goneSince: number | null = null
  for (let attempts = 1; ; attempts++) {
    const look = Math.min(fullLook, health.within - elapsed())
    const answer: Answer =
      'missing' in url
        ? { saw: `no value for {${url.missing}}` }
        : await send({ method: 'GET', url: url.filled, headers: {} }, look, signal)
    if (signal.aborted) return failure({ code: 'cancelled', by: '' })
    if ('status' in answer && answer.status === 200)
      return ok({ milliseconds: Math.round(elapsed()), attempts })
    // The last look may be cut short by the deadline: then it tells less than the one before.
    if (last === null || 'status' in answer || look === fullLook) last = answer
    progress({ done: attempts, of: null, unit: 'attempts', at: name })
    goneSince = (await hasEnded()) ? (goneSince ?? elapsed()) : null
    const isOver = elapsed() + health.every >= health.within
    if (goneSince !== null && (isOver || elapsed() - goneSince >= Math.min(longestGap, health.within / 2)))
      return failure({ code: 'service-ended', service: name, seconds: Math.round(goneSince / 1000) })
    if (isOver || 'missing' in url) {
      const saw = 'status' in last ? String(last.status) : last.saw
      const seconds = Math.round(elapsed() / 1000)
      return failure({ code: 'unhealthy', service: name, url: health.url, saw, attempts, seconds })
    }
    await wait(health.every, undefined, { signal }).catch(() => {})
  }
}

/** One look at a service's health. */
export async function isHealthy(
  { health }: Pick<Service, 'health'>,
  signal: AbortSignal,
  environment: Environment,
): Promise<boolean> {
  const url = fill(health.url, (variable) => environment[variable])
  if ('missing' in url) return false
  const look = Math.min(longestLook, health.within)
  const answer = await send({ method: 'GET', url: url.filled, headers: {} }, look, signal)
  return 'status' in answer && answer.status === 200
}

type Fault = { expected: string; saw: string }

async function check(
  request: HttpRequest,
  variables: Variables,
  kept: Map<string, string>,
  signal: AbortSignal,
): Promise<Fault | null> {
  const { expect, keep } = request
  const filled = fill({ url: request.url, headers: request.headers, json: request.json ?? null }, variables)
  if ('missing' in filled) return { expected: `a value for {${filled.missing}}`, saw: 'nothing' }
  const { url, headers, json } = filled.filled
  const reads = Object.keys(expect.json).length + Object.keys(keep).length > 0
  const answer = await send(
    { method: request.method, url, headers, ...(request.json === undefined ? {} : { json }) },
    expect.within,
    signal,
    reads,
  )
  if ('saw' in answer) return { expected: String(expect.status), saw: answer.saw }
  if (answer.status !== expect.status) return { expected: String(expect.status), saw: String(answer.status) }
  if (!reads) return null
  const body = jsonOf(answer.text)
  if (body === undefined) return { expected: 'JSON', saw: 'something else' }
  for (const [path, wanted] of Object.entries(expect.json)) {
    const fault = unlike(path, wanted, valueAt(body, path))
    if (fault) return fault
  }
  for (const [name, path] of Object.entries(keep)) {
    const value = valueAt(body, path)
    if (typeof value !== 'string' && typeof value !== 'number')
      return { expected: `${path}: a value to keep`, saw: 'nothing' }
    kept.set(name, String(value))
  }
  return null
}
