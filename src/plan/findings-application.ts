import path from 'node:path'
import type { Finding } from '../domain/finding.ts'
import type { Service } from '../domain/runbook.ts'
import { isUp, type Answering } from '../adapters/services/answering.ts'
import { makeService } from '../adapters/services/make.ts'
import { askBaseline } from './baseline.ts'
import { blocker, warning, type Looked } from './looked.ts'

const never = new AbortController().signal

/**
 * Whether each service is known to run, and whether it is the one that answers. A service whose state nobody knows cannot
 * be put back as it was, and one that lives beside its pid file would not be stopped at all: blockers. Another process
 * that answers may be a proxy in front of it: a warning.
 */
export async function services(at: Looked): Promise<Finding[]> {
  const { runbook, environment } = at
  const looks = await Promise.all(
    runbook.services.map(async (service) => {
      const method = makeService(service, runbook.folder, environment)
      const running = await method.state()
      return { service, state: running, look: await method.answering(never), own: await method.running() }
    }),
  )
  return looks.flatMap(({ service, state, look, own }): Finding[] => {
    const { name, health } = service
    if (!state.ok) return [blocker(state.problem)]
    const where = { service: name, url: health.url, pids: look.listeners?.map(({ pid }) => pid) ?? [] }
    const isShared = looks.some(
      (other) => other.service.health.url === health.url && other.service !== service && other.own !== null,
    )
    if (own === null)
      return isUp(look) && !isShared
        ? [
            blocker({
              code: 'service-beside-pid-file',
              ...where,
              pidFile: path.resolve(runbook.folder, service.pidFile),
            }),
          ]
        : [warning({ code: 'service-not-running', service: name })]
    return [
      ...(look.isOwn === false && !isShared
        ? [warning({ code: 'service-other-answers', ...where, own: own.pid })]
        : []),
      ...otherRelease(service, look, at.kind === 'rollback' ? 'after' : 'before'),
    ]
  })
}

function otherRelease(
  { name, health, release }: Service,
  { release: named }: Answering,
  up: 'before' | 'after',
): Finding[] {
  if (!release || named === null || named === up) return []
  const version = named === 'another' ? null : release[named].version
  const expects = release[up].version
  return [
    warning({ code: 'service-other-release', service: name, url: health.url, expects, release: version }),
  ]
}

/** What the smoke test asks, asked of the release that is up: what fails already would stop the run with users out. */
export async function application({ runbook, environment }: Looked): Promise<Finding[]> {
  const checks = (await askBaseline(runbook, environment, never)) ?? []
  const failed = checks.filter(({ passed }) => !passed)
  if (failed.length === 0) return []
  const seen = failed.map(({ name, expected, saw }) => ({ name, expected, saw }))
  return [warning({ code: 'baseline-failed', failed: seen, passed: checks.length - failed.length })]
}
