import pino from 'pino'
import { loadConfig } from '../../src/config.ts'
import type { Kind } from '../../src/domain/step.ts'
import { makeSecrets } from '../../src/runbook/secrets.ts'
import { startWorker } from '../../src/runs/worker.ts'
import { kinds } from '../../src/steps/kinds.ts'
import type { At, StepKind, StepKinds } from '../../src/steps/step-kind.ts'
import { connectStore } from '../../src/store/connect.ts'

/**
 * A bot with the real steps that kills itself with -9 once in each step whose id begins with `within`: `after` its effect,
 * before anything of its outcome is recorded, in the `middle`, within some milliseconds of its beginning, or `before` it
 * does anything. With `never` it lives.
 */
const [mode = 'middle', within = '', latest = '150'] = process.argv.slice(2)
const die = (): Promise<never> => {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

/** The first process that is at the first attempt of a step. */
const isToDie = ({ record, step }: At<Kind>): boolean => {
  const mine = record.filter((attempt) => attempt.step === step.id)
  return step.id.startsWith(within) && mine.length === 1 && mine[0]?.lives === 1
}

const deadly = (kind: StepKind<Kind>): StepKind<Kind> => ({
  resume: kind.resume,
  async perform(at, answer) {
    if (mode === 'never' || !isToDie(at)) return kind.perform(at, answer)
    if (mode === 'before') return die()
    if (mode === 'middle') setTimeout(() => void die(), Math.random() * Number(latest))
    const outcome = await kind.perform(at, answer)
    // A question is recorded, so that somebody may answer it; of everything else nothing is.
    return outcome.status === 'asks' || outcome.status === 'failed' ? outcome : die()
  },
})

const config = await loadConfig(process.env, process.cwd())
if (!config.ok) throw new Error(JSON.stringify(config.faults))
const url = config.value.databaseUrl ?? ''
const worker = await startWorker({
  url,
  pool: connectStore(url, 6),
  kinds: Object.fromEntries(
    Object.entries(kinds).map(([name, kind]) => [name, deadly(kind as unknown as StepKind<Kind>)]),
  ) as unknown as StepKinds,
  config: config.value,
  environment: process.env,
  secrets: makeSecrets([], {}),
  log: pino({ level: process.env['DEBUG_BOT'] ?? 'silent' }),
  onShow() {},
  onLost: () => process.exit(70),
  onOutdated: () => process.exit(70),
})
process.on('disconnect', () => process.exit(0))
process.on('SIGTERM', () => void worker.stop().then(() => process.exit(0)))
