import type { Service } from '../../domain/runbook.ts'
import { valueAt } from '../http-expectation.ts'
import { jsonOf, send, type Answer } from '../http-send.ts'
import { fill } from '../http-variables.ts'
import { listenersOf } from '../listeners.ts'
import { allProcesses, familyOf, type RunningProcess } from '../process-table.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** What answers at a service's health URL now. Nothing of the answer's text is part of it. */
export interface Answering {
  /** Null: there was no answer. */
  status: number | null
  /** The status, or why there is no answer. */
  saw: string
  /** The processes that listen there. Null: this host cannot tell (see `listenersOf`). */
  listeners: RunningProcess[] | null
  /** Whether a listener is `own` or descends from it. Null: this host cannot tell. */
  isOwn: boolean | null
  /** The release that the answer names. Null: there is no answer, or the runbook does not say where it is named. */
  release: 'before' | 'after' | 'another' | null
}

/** Milliseconds. A service that takes longer to answer is one that does not answer. */
const longestLook = 5000

/**
 * Asks a service's health URL once, and looks whose process listens there.
 * @param own the process that the service is thought to be; null: none
 */
export async function answering(
  service: Pick<Service, 'health' | 'release'>,
  own: RunningProcess | null,
  environment: Environment,
  signal: AbortSignal,
): Promise<Answering> {
  const { health } = service
  const url = fill(health.url, (name) => environment[name])
  const nothing = { status: null, listeners: null, isOwn: null, release: null }
  if ('missing' in url) return { ...nothing, saw: `no value for {${url.missing}}` }
  const within = Math.min(longestLook, health.within)
  const request = { method: 'GET', url: url.filled, headers: {} }
  const answer = await send(request, within, signal, health.release !== undefined)
  if ('saw' in answer) return { ...nothing, saw: answer.saw }
  const listeners = await listenersOf(url.filled)
  const family = new Set(own ? familyOf(own, await allProcesses()).map(({ pid }) => pid) : [])
  return {
    status: answer.status,
    saw: String(answer.status),
    listeners,
    isOwn: listeners === null ? null : listeners.some(({ pid }) => family.has(pid)),
    release: releaseOf(service, answer),
  }
}

/** What a proxy says that has nobody behind it (RFC 9110): then the service itself is down. */
const gatewayStates = new Set([502, 503, 504])

/** Whether somebody answers as a service does that runs, healthy or not. */
export const isUp = ({ status }: Answering): boolean => status !== null && !gatewayStates.has(status)

/** Which of the runbook's releases an answer of a service's health names. */
export function releaseOf(
  { health, release }: Pick<Service, 'health' | 'release'>,
  answer: Answer,
): Answering['release'] {
  if (!health.release || !release || !('status' in answer)) return null
  const named =
    'header' in health.release
      ? answer.headers.get(health.release.header)
      : valueAt(jsonOf(answer.text) ?? null, health.release.json)
  if (named === release.before.version && named === release.after.version) return null
  if (named === release.before.version) return 'before'
  return named === release.after.version ? 'after' : 'another'
}
