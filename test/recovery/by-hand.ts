import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import type { Choice } from '../../src/domain/choice.ts'
import type { Gate, Run } from '../../src/domain/run.ts'
import type { Done } from '../../src/domain/step.ts'
import { attemptsOf } from '../../src/store/attempts.ts'
import { openGateOf } from '../../src/store/gates.ts'
import { runById } from '../../src/store/runs.ts'
import { answer } from '../../src/runs/requests.ts'
import { expect } from 'vitest'
import type { Place } from '../cli/place.ts'
import { commandsOfAll } from '../commands-of-all.ts'
import { aclOf } from '../steps/access-of.ts'
import { valueOf } from '../steps/plan.ts'
import { asha } from './started.ts'

/** However busy the machine. */
const patient = 120_000

/** A bot with the real steps; `mode` and `within` as in `real-bot.ts`. */
export function bootBot({ folder, environment }: Place, mode: string, within = ''): ChildProcess {
  const bot = fork(new URL('real-bot.ts', import.meta.url), [mode, within], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  bots.add(bot)
  return bot
}

const bots = new Set<ChildProcess>()
/** Ends every bot that was booted here. */
export async function leaveAll(): Promise<void> {
  for (const bot of bots) await leaves(bot)
  bots.clear()
}

/** Looks until there is something; unlike a poll of an expectation, an error ends it at once. */
async function eventually<T>(what: string, look: () => Promise<T | null> | T | null): Promise<T> {
  const until = Date.now() + patient
  for (;;) {
    const found = await look()
    if (found !== null) return found
    if (Date.now() > until) throw new Error(`${what} did not come in ${patient / 1000} s`)
    await setTimeout(50)
  }
}

/** A bot that has killed itself at this step. */
export async function diesAt(
  place: Place,
  run: string,
  mode: 'before' | 'after',
  step: string,
): Promise<void> {
  const bot = bootBot(place, mode, step)
  await eventually('the death', async () => {
    const gate = await openGateOf(place.pool, run)
    if (gate) throw new Error(`it asks ${JSON.stringify(gate.question)}`)
    return bot.signalCode ?? bot.exitCode
  })
  expect(bot.signalCode).toBe('SIGKILL')
}

/** A bot that kills itself, at a step that it comes to after a question was answered. */
export const isKilled = (bot: ChildProcess): Promise<void> =>
  eventually('the death', () => bot.signalCode ?? bot.exitCode).then((how) => expect(how).toBe('SIGKILL'))

async function leaves(bot: ChildProcess): Promise<void> {
  if (bot.exitCode !== null || bot.signalCode !== null) return
  const gone = once(bot, 'exit')
  bot.kill('SIGTERM')
  await gone
}

/** The question that a run asks, once it does; an ending instead is an error. */
export const asks = ({ pool }: Place, run: string): Promise<Gate> =>
  eventually('a question', async () => {
    const { ending = null } = (await runById(pool, run)) ?? {}
    if (ending !== null) throw new Error(`${run} ended as ${ending}`)
    return openGateOf(pool, run)
  })

/** The run once it has ended; a question instead is an error. */
export const ends = ({ pool }: Place, run: string): Promise<Run> =>
  eventually('the end', async () => {
    const gate = await openGateOf(pool, run)
    if (gate) throw new Error(`it asks ${JSON.stringify(gate.question)}`)
    const found = await runById(pool, run)
    return found?.ending ? found : null
  })

/** The run once it has ended, or what it asks before that. */
export const endsOrAsks = ({ pool }: Place, run: string): Promise<Run | Gate> =>
  eventually('an end or a question', async () => {
    const found = await runById(pool, run)
    return found?.ending ? found : openGateOf(pool, run)
  })

export const choose = async ({ pool }: Place, gate: Gate, choice: Choice): Promise<void> =>
  void valueOf(await answer(pool, { gate: { id: gate.id }, choice, caller: asha }))

/** The break-glass card of a run, as its thread shows it. */
export async function cardOf({ pool }: Place, run: string): Promise<Done['card']['commands']> {
  const attempt = (await attemptsOf(pool, run)).find(({ step }) => step === 'card')
  return attempt?.outcome?.status === 'done' ? (attempt.outcome.facts as Done['card']).commands : []
}

/** What users and people on call would see of the target. */
export async function worldOf({ target, folder, environment }: Place) {
  const client = await target.client()
  const { rows } = await client.query<{ id: string }>(
    'select "MigrationId" as id from master."__EFMigrationsHistory" order by 1',
  )
  await client.end()
  const health = await fetch(`http://127.0.0.1:${environment['HRMS_PORT']}/health`).then(
    (response) => response.json() as Promise<unknown>,
    () => 'dead',
  )
  const commands = await commandsOfAll()
  return {
    history: rows.map(({ id }) => id.replace(/^\d+_/, '')),
    health,
    acl: (await aclOf(target.name))?.toSorted(),
    applications: commands.filter(({ args }) => args.includes('api.ts') && args.endsWith(folder)).length,
  }
}
