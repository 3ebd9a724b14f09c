import type { Before } from '../../domain/baseline.ts'
import type { Instant } from '../../domain/json.ts'
import { failsAsBefore } from '../../domain/baseline.ts'
import { bold, code, say, type Line } from '../../domain/view.ts'
import { counted, number, seconds } from '../words/amounts.ts'
import { clipped, firstOf } from '../words/line.ts'
import { moment } from '../words/time.ts'
import { again, expectedAndSeen, type Wordings } from './wording.ts'

/** What its checks were before the window; nothing where they were not asked then. */
function beforeLine({ saw, before }: { saw: string; before?: Before | undefined }, now?: Instant): Line {
  if (!before) return []
  const at = moment(before.at, now)
  if (before.passed) return say`; it answered ${code(before.saw)} at ${at}, before the window`
  return before.saw === saw
    ? say`; it was ${code(clipped(saw, 120))} before the window too, at ${at}`
    : say`; it failed before the window too, with ${code(clipped(before.saw, 120))} at ${at}`
}

/** ` (PID 4242)`, or nothing where this host cannot tell. */
const processes = (pids: readonly number[]): Line =>
  pids.length > 0 ? say` (PID ${firstOf(pids.map(String), 6)})` : []

const metBefore = say`Users met the same before the window: the migration did not cause it.`
const goOnOrRetry = say`Go on, or retry once it is mended. Going back does not mend it.`

/** How the application answers: its health, and the functional requests. */
export const applicationProblems = {
  'service-still-answers': ({ service, url, saw, pids, seconds: after }) => ({
    what: say`${code(service)} was stopped, but ${code(url)} answers ${code(clipped(saw, 80))}${after >= 0.1 ? say` again after ${seconds(after)}` : ''}${processes(pids)}.`,
    means: say`A supervisor has started it again (systemd, Docker, PM2, a shell loop), or its pid file does not name the process that serves.`,
    next: say`Stop it where it is supervised, for example ${code(`systemctl stop ${service}`)} or ${code(`pm2 stop ${service}`)}; or correct its pid file. Then retry; or go back.`,
  }),
  'service-other-answers': ({ service, url, pids, own }) => ({
    what: say`${code(url)} is answered by ${pids.length > 0 ? say`PID ${firstOf(pids.map(String), 6)}` : 'another process'}; ${own === null ? say`the process of ${code(service)} has ended` : say`the pid file of ${code(service)} names PID ${bold(String(own))}`}.`,
    means: say`It may be a proxy in front of it, or an older process of it that still holds the port.`,
    next: say`Look who it is: ${code(`ps -fp ${pids[0] ?? own ?? 'PID'}`)}. End an older process and retry; or go back.`,
  }),
  'service-other-release': ({ service, url, expects, release }) => ({
    what: say`${code(url)} says that ${release === null ? 'another release' : say`release ${code(release)}`} of ${code(service)} answers; ${code(expects)} is expected.`,
    means: say`An older process of it still serves, or the release is not in place.`,
    next: say`Put ${code(expects)} in place and end the other one, then retry; or go back.`,
  }),
  'service-beside-pid-file': ({ service, pidFile, url, pids }) => ({
    what: say`${code(pidFile)} names no process that runs, but ${code(url)} of ${code(service)} answers${processes(pids)}.`,
    means: say`A run would find nothing to stop: the service would go on during the migration.`,
    next: say`Write the PID of the service into its pid file, or stop what answers and start the service as the runbook does; ${again}.`,
  }),
  unhealthy: ({ service, url, saw, attempts, seconds: waited, before }, at) => ({
    what: say`${code(service)} is not healthy after ${seconds(waited)}: ${code(url)} answered ${bold(clipped(saw, 80))}, ${counted(attempts, 'attempt')}${beforeLine({ saw, before }, at)}.`,
    ...(before && failsAsBefore({ saw, before }) && { means: metBefore }),
    next:
      before && failsAsBefore({ saw, before })
        ? goOnOrRetry
        : say`Look at the service’s log on its host. Retry asks again; or go back.`,
  }),
  'service-ended': ({ service, seconds: after }) => ({
    what: say`${code(service)} ended by itself, ${seconds(after)} after its start; it was never healthy.`,
    means: say`Nothing else starts it: to wait longer would not help.`,
    next: say`Look at the service’s log on its host, and correct the cause. Retry starts it again; or go back.`,
  }),
  'functional-failed': ({ failed, passed }, at) => ({
    what: say`${number(failed.length)} of ${counted(failed.length + passed, 'functional check')} failed: ${firstOf(
      failed.map(
        (check) => say`${expectedAndSeen(check.name, check.expected, check.saw)}${beforeLine(check, at)}`,
      ),
      5,
      '; ',
    )}.`,
    means: failed.every(failsAsBefore) ? metBefore : say`Users would meet the same.`,
    next: failed.every(failsAsBefore) ? goOnOrRetry : say`Retry asks again; or go back.`,
  }),
  'baseline-failed': ({ failed, passed }) => ({
    what: say`${number(failed.length)} of ${counted(failed.length + passed, 'check')} of the application ${failed.length === 1 ? 'fails' : 'fail'} now, before the migration: ${firstOf(
      failed.map(({ name, expected, saw }) => expectedAndSeen(name, expected, saw)),
      5,
      '; ',
    )}.`,
    means: say`Users meet the same now. After the migration the smoke test fails in the same way, and the run asks with users out.`,
    next: say`Correct the application, or the request in the runbook (functional), ${again}. Or approve the plan, and go on at the smoke test.`,
  }),
} satisfies Partial<Wordings>
