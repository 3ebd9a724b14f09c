import type { Answering } from '../adapters/services/answering.ts'
import type { Kind } from '../domain/step.ts'
import type { Problem } from '../domain/problem.ts'
import { makeService } from '../adapters/services/make.ts'
import { isUp } from '../adapters/services/answering.ts'
import { failed, type Outcome } from '../domain/outcome.ts'
import type { At } from './step-kind.ts'
import { cancelled, pause } from './cancelled.ts'
import { serviceOf } from './services.ts'

type Place = Pick<At<Kind>, 'run' | 'world' | 'signal' | 'progress'>

/**
 * Looks whether a service that has ended answers at its health URL all the same, for so many milliseconds and at least
 * once: its supervisor has started it again, or its pid file named another process. Null: nobody answers.
 */
export async function stillAnswers(
  at: Place,
  name: string,
  milliseconds: number,
): Promise<Outcome<never> | null> {
  const { service } = serviceOf(at, name)
  if (await isShared(at, name)) return null
  const began = performance.now()
  const elapsed = () => performance.now() - began
  for (;;) {
    const look = await lookAt(at, name)
    if (at.signal.aborted) return cancelled(at)
    if (isUp(look)) return failed(answersProblem(service.name, service.health.url, look, elapsed() / 1000))
    const left = milliseconds - elapsed()
    if (left <= 0) return null
    const done = Math.floor(elapsed() / 1000)
    at.progress({ done, of: Math.round(milliseconds / 1000), unit: 'seconds', at: name })
    await pause(Math.min(left, service.health.every), at.signal)
  }
}

export const lookAt = (at: Place, name: string): Promise<Answering> =>
  serviceOf(at, name).method.answering(at.signal)

const answersProblem = (
  service: string,
  url: string,
  { saw, listeners }: Answering,
  seconds: number,
): Problem => ({ code: 'service-still-answers', service, url, saw, pids: pidsOf(listeners), seconds })

export const pidsOf = (listeners: Answering['listeners']): number[] => listeners?.map(({ pid }) => pid) ?? []

/** Whether another service that runs has the same health URL: then it is that one who answers. */
export async function isShared({ run, world }: Place, name: string): Promise<boolean> {
  const { services, folder } = run.plan.approved.runbook
  const url = services.find((service) => service.name === name)?.health.url
  const others = services.filter((service) => service.name !== name && service.health.url === url)
  const states = await Promise.all(
    others.map((service) => makeService(service, folder, world.environment).state()),
  )
  return states.some((state) => !state.ok || state.value.instances > 0)
}
