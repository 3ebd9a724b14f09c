import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Done, Progress } from '../../domain/step.ts'
import type { Outcome } from '../../domain/outcome.ts'
import type { Result } from '../../domain/result.ts'
import type { Service } from '../../domain/runbook.ts'
import type { ServiceMethod } from './service.ts'
import { done, failed } from '../../domain/outcome.ts'
import { failure, ok } from '../../domain/result.ts'
import { serviceLog } from '../../domain/service-log.ts'
import { errorCode } from '../error-code.ts'
import { inherited } from '../inherited.ts'
import type { Outputs } from '../output.ts'
import { run, startDetached } from '../process.ts'
import { groupOf, processOf, type RunningProcess } from '../process-table.ts'
import { answering } from './answering.ts'
import { clearPidFile, keepBegin, readPidFile } from './pid-file.ts'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * A service that is one process (or one group of them) with a pid file. We write that file, right before the program
 * begins under the same PID: so it is there whenever the program is, however we die. A program that writes it itself,
 * also one that goes on as a daemon under another PID, may overwrite it. The service outlives us: it has a session of
 * its own, and its output goes to its log.
 */
export function processService(service: Service, folder: string, environment: Environment): ServiceMethod {
  const directory = path.resolve(folder, service.directory)
  const pidFile = path.resolve(folder, service.pidFile)
  const log = serviceLog(service, folder)
  const given = inherited(environment, 'service', service.environment)
  const look = () => readPidFile(pidFile)
  const unknown = (why: string) => ({ code: 'service-state-unknown' as const, service: service.name, why })
  const fault = (
    doing: 'stop' | 'start' | 'deploy' | 'undeploy',
    reason: string,
    exitCode: number | null = null,
    said: { output?: string } = {},
  ) => failed({ code: 'service-failed', service: service.name, doing, reason, exitCode, ...said })

  async function state(): Promise<Result<{ instances: number }>> {
    const found = await look()
    return found.is === 'unknown'
      ? failure(unknown(found.why))
      : ok({ instances: found.is === 'running' ? 1 : 0 })
  }

  async function runs(): Promise<string | null> {
    const found = await look()
    return found.is === 'running' ? `${found.process.pid}/${found.process.began}` : null
  }

  async function stop(
    signal: AbortSignal,
    progress: (progress: Progress) => void,
  ): Promise<Outcome<Done['stop']>> {
    const began = performance.now()
    const seconds = () => (performance.now() - began) / 1000
    const found = await look()
    if (found.is === 'unknown') return failed(unknown(found.why))
    if (found.is === 'running') {
      const { process: running } = found
      const refused = sendSignal(await reachOf(running), service.stop.signal)
      if (refused)
        return fault('stop', `PID ${running.pid} does not take our ${service.stop.signal} (${refused})`)
      const tell = (): void =>
        progress({
          done: Math.floor(seconds()),
          of: service.stop.within / 1000,
          unit: 'seconds',
          at: service.name,
        })
      tell()
      while ((await remains(running)).length > 0) {
        if (seconds() * 1000 >= service.stop.within)
          return failed({
            code: 'service-will-not-stop',
            service: service.name,
            pid: running.pid,
            signal: service.stop.signal,
            seconds: Math.round(seconds()),
          })
        tell()
        if (!(await pause(signal))) return failed({ code: 'cancelled', by: '' })
      }
    }
    await clearPidFile(pidFile)
    return done({ instances: found.is === 'running' ? 1 : 0, seconds: seconds() })
  }

  async function start(instances: number, signal: AbortSignal): Promise<Outcome<Done['start']>> {
    const began = performance.now()
    const before = await look()
    if (before.is === 'unknown') return failed(unknown(before.why))
    if (before.is === 'running' || instances === 0)
      return done({ instances: before.is === 'running' ? 1 : 0, seconds: 0 })
    if (signal.aborted) return failed({ code: 'cancelled', by: '' })
    await clearPidFile(pidFile)
    const { ended } = startDetached('/bin/sh', ['-c', launcher, 'start', pidFile, log, ...service.start], {
      environment: given,
      directory,
    })
    let early = await Promise.race([ended, wait(settling, null)])
    let after = await look()
    // On a busy machine the shell has not come to write the file yet.
    const until = performance.now() + mostPatient
    while (!early && after.is === 'gone' && performance.now() < until) {
      early = await Promise.race([ended, wait(lookEvery, null)])
      after = await look()
    }
    if (after.is === 'unknown') return failed(unknown(after.why))
    if (after.is === 'gone') return fault('start', 'it ended at once', early?.exitCode ?? null)
    if (!early) await keepBegin(pidFile, after.process)
    return done({ instances: 1, seconds: (performance.now() - began) / 1000 })
  }

  async function release(
    to: 'before' | 'after',
    signal: AbortSignal,
    output: Outputs['of'],
  ): Promise<Outcome<Done['release']>> {
    const version = service.release?.[to].version ?? ''
    const other = service.release?.[to === 'after' ? 'before' : 'after']
    const deploy = service.release?.[to].deploy
    const [file, ...args] = deploy ?? other?.undeploy ?? []
    if (file === undefined) return done({ version, deployed: false })
    const doing = deploy ? 'deploy' : 'undeploy'
    const { line, last: lastOf } = output(doing)
    const ended = await run(file, args, { environment: given, directory, signal, keepLines: 0, onLine: line })
    const last = lastOf()
    const said = last ? { output: last } : {}
    if (ended.aborted) return failed({ code: 'cancelled', by: '' })
    if (ended.exitCode !== 0)
      return fault(
        doing,
        ended.signal ? `ended by ${ended.signal}` : 'its command failed',
        ended.exitCode,
        said,
      )
    return done({ version, deployed: true, ...said })
  }

  return {
    state,
    async running() {
      const found = await look()
      if (found.is !== 'running') return null
      const { pid, beganAt } = found.process
      return { pid, beganAt, ours: found.ours }
    },
    async answering(signal) {
      const found = await look()
      return answering(service, found.is === 'running' ? found.process : null, environment, signal)
    },
    process: runs,
    stop,
    start,
    release,
  }
}

/** Milliseconds in which a program that cannot begin usually says so. Its health is looked at later. */
const settling = 250

/** Milliseconds in which a program that goes on has its pid file, however busy the machine. */
const mostPatient = 10_000

/** Milliseconds between two looks at a process that begins or ends. */
const lookEvery = 20

/**
 * Writes the PID that the program is going to have, unless the file is there: of two starts at the same time only one
 * begins anything. `$$` stays the same over `exec`.
 */
const launcher = `pid_file=$1 log=$2; shift 2
(set -C; echo $$ >"$pid_file") 2>/dev/null || exit 75
exec "$@" >>"$log" 2>&1`

/** Its whole group where it leads one that is not ours; otherwise itself. */
async function reachOf({ pid, group }: RunningProcess): Promise<number> {
  return group === pid && group !== (await processOf(process.pid))?.group ? -group : pid
}

function sendSignal(to: number, signal: NodeJS.Signals): string | null {
  try {
    process.kill(to, signal)
    return null
  } catch (error) {
    return errorCode(error) === 'ESRCH' ? null : errorCode(error)
  }
}

/** What is left of it, its group included where it leads one. */
async function remains(was: RunningProcess): Promise<RunningProcess[]> {
  const now = await processOf(was.pid)
  if (now?.began === was.began) return [now]
  return was.group === was.pid ? (await groupOf(was.group)).filter((other) => other.pid !== was.pid) : []
}

const pause = (signal: AbortSignal): Promise<boolean> =>
  wait(lookEvery, undefined, { signal }).then(
    () => true,
    () => false,
  )
