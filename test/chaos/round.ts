import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Choice } from '../../src/domain/choice.ts'
import type { Gate } from '../../src/domain/run.ts'
import { answer } from '../../src/runs/requests.ts'
import { attemptsOf } from '../../src/store/attempts.ts'
import { openGateOf } from '../../src/store/gates.ts'
import { runById } from '../../src/store/runs.ts'
import { recordStanding } from '../../src/store/standing.ts'
import type { Place } from '../cli/place.ts'
import { onServer } from '../databases.ts'
import { asha, openPlace, startRun } from '../recovery/started.ts'
import { typeCard } from '../recovery/type-card.ts'
import { openWorkspace } from '../slack/workspace.ts'
import { aclOf } from '../steps/access-of.ts'
import { freePort } from '../steps/hrms.ts'
import { keepBots, logOf } from './bots.ts'
import { drawFrom, type Draw } from './draw.ts'
import { haveFaults, type Around } from './faults.ts'
import { checkMessages, checkRecord, lookAtTarget, targetAfter } from './invariants.ts'
import { openProxy } from './proxy.ts'

/** What a round came to. */
export interface Round {
  ending: string
  kills: number
  happened: string[]
  asked: string[]
}

/** A run that has not ended by then hangs. However busy the machine. */
const patience = 600_000

/**
 * One run of the example, from its plan to its end, with bots, databases and Slack failing as the seed draws it, and
 * everything looked at afterwards. Throws what is wrong, with what happened.
 */
export async function playRound(seed: number): Promise<Round> {
  const draw = drawFrom(seed)
  const place = await openPlace()
  const slack = await openWorkspace()
  const server = new URL(place.target.url)
  const to = { host: server.hostname, port: Number(server.port) }
  const [store, target] = [await openProxy(to), await openProxy(to)]
  const replicas = draw.number(1, 2)
  Object.assign(place.environment, {
    DATABASE_URL: store.through(place.store.url),
    HRMS_MASTER_URL: target.through(place.environment['HRMS_MASTER_URL'] ?? ''),
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_API_URL: slack.apiUrl,
    SLACK_SIGNING_SECRET: 'signing-secret-of-the-chaos',
    PORT_0: String(await freePort()),
    PORT_1: String(await freePort()),
  })
  place.environment['PORT'] = place.environment['PORT_0'] ?? ''
  const bots = keepBots(place, replicas)
  const round: Round = { ending: '', kills: 0, happened: [], asked: [] }
  try {
    await place.startService()
    await onServer(async (admin) => {
      await admin.query(`revoke connect on database ${place.target.name} from public`)
      await admin.query(
        `grant connect on database ${place.target.name} to hrms_app, hrms_reporting, lockkeeper`,
      )
    })
    const acl = (await aclOf(place.target.name))?.toSorted() ?? []
    const run = await startRun(place)
    bots.start()
    let over = false
    const ended = answerUntilEnded(place, run, draw, round.asked).finally(() => (over = true))
    const [ending] = await Promise.all([
      ended,
      haveFaults({ bots, store, target, slack, ...byHand(place, run) }, drawFrom(seed + 1), () => over).then(
        (happened) => round.happened.push(`${replicas} replicas`, ...happened),
      ),
    ])
    round.ending = ending
    round.kills = bots.counts.killed
    await checkMessages(
      place,
      slack,
      round.happened.some((fault) => /kill|loses|store/.test(fault)),
    )
    await bots.stop()
    await checkRecord(place, run)
    await expect
      .poll(() => lookAtTarget(place), { timeout: 60_000, interval: 500 })
      .toEqual(targetAfter(ending, acl))
    return round
  } catch (error) {
    const log = await readFile(logOf(place), 'utf8').catch(() => '')
    throw new Error(
      `seed ${seed}: ${JSON.stringify({ ...round, counts: bots.counts })}\n${log.slice(-4_000)}`,
      { cause: error },
    )
  } finally {
    await bots.stop()
    await Promise.all([store.close(), target.close(), slack.close()])
    await place.leave()
  }
}

/** Somebody with the break-glass card. */
const byHand = (place: Place, run: string): Pick<Around, 'stepsInWindow' | 'typeCard'> => ({
  async stepsInWindow() {
    const routes = Object.values((await runById(place.pool, run))?.plan.approved.routes ?? {})
    const inWindow = routes.flatMap((route) => route ?? []).filter((step) => step.inWindow)
    const record = await attemptsOf(place.pool, run)
    return record.filter(({ step }) => inWindow.some(({ id }) => id === step)).length
  },
  async typeCard() {
    const last = (await attemptsOf(place.pool, run)).at(-1)
    const typed = await typeCard(place, run)
    return {
      at: `${last?.step}${last?.outcome ? ' done' : ''}`,
      failed: typed.filter(({ code }) => code !== 0).length,
    }
  },
})

/**
 * Choices that leave things as they are, or need more than a click: a run could wait for ever, or leave the world as no
 * invariant says.
 */
const endless: readonly Choice[] = ['leave', 'terminate', 'end-as-is']

/** Answers as people do, each question after a while; what is refused meanwhile is asked again. */
async function answerUntilEnded(
  place: Place,
  run: string,
  draw: Draw,
  asked: string[],
): Promise<NonNullable<Awaited<ReturnType<typeof runById>>>['ending'] & string> {
  const until = Date.now() + patience
  for (;;) {
    await setTimeout(100)
    const found = await runById(place.pool, run)
    if (found?.ending) return found.ending
    if (Date.now() > until) throw new Error('the run has not ended: it hangs')
    const gate = await openGateOf(place.pool, run)
    if (!gate) continue
    // Now and then nobody answers for a while.
    await setTimeout(draw.number(0, 9) === 0 ? 10_000 : draw.number(0, 800))
    const choice = choiceFor(gate, draw)
    // What was looked up of a person before a bot recorded its roles counts no more.
    await recordStanding(place.pool, asha.person, ['migration-operators'], 3600)
    const given = await answer(place.pool, { gate: { id: gate.id }, choice, caller: asha })
    const refused = given.ok ? '' : ` (${given.problem.code})`
    asked.push(`${gate.step}/${gate.attempt} ${codeOf(gate)}: ${choice}${refused}`)
  }
}

function choiceFor({ question }: Gate, draw: Draw): Choice {
  const choices = (question.choices as readonly Choice[]).filter((choice) => !endless.includes(choice))
  // Somebody used the card, and says so.
  if (choices.includes('undone-by-hand')) return 'undone-by-hand'
  // Mostly on: otherwise no run would ever come to its end.
  const onward = choices.filter((choice) => choice === 'retry' || choice === 'go-on')
  return draw.number(0, 3) > 0 && onward.length > 0 ? draw.one(onward) : draw.one(choices)
}

const codeOf = ({ question }: Gate): string => ('problem' in question ? question.problem.code : question.code)
