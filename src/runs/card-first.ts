import { setTimeout } from 'node:timers/promises'
import path from 'node:path'
import type { Outcome } from '../domain/outcome.ts'
import type { Answer } from '../domain/question.ts'
import { cardFile, type Attempt, type Run } from '../domain/run.ts'
import type { Step } from '../domain/step.ts'
import { cardUndelivered } from '../store/waiting.ts'
import { runsFolder } from './folders.ts'
import type { Surroundings } from './world.ts'

/** Milliseconds until people are asked about a card that is not delivered. */
export interface Patience {
  /** It is on its way, and nothing is known to be wrong. */
  onItsWay: number
  /** It was tried, and did not get through. */
  refused: number
  /** Somebody chose to wait. */
  chosen: number
  /** Between two looks. */
  every: number
}

const patience: Patience = { onItsWay: 30_000, refused: 5_000, chosen: 300_000, every: 100 }

type Asks = Extract<Outcome, { status: 'asks' }>

/**
 * Before the first service stops, the channel has the card that undoes everything by hand. Null: it has, or no Slack is
 * configured, or a person said that the run goes on without. Otherwise what is asked: nothing has begun by then.
 */
export async function cardFirst(
  { pool, config }: Pick<Surroundings, 'pool' | 'config'>,
  { run, step, record, answer }: { run: Run; step: Step; record: readonly Attempt[]; answer: Answer | null },
  signal: AbortSignal,
  { onItsWay, refused, chosen, every }: Patience = patience,
): Promise<Asks | null> {
  if (!config.slack || step.kind !== 'stop' || run.windowBegan || wentOnWithout(record)) return null
  if (!run.plan.approved.routes.forward.some(({ kind }) => kind === 'card')) return null
  const began = performance.now()
  for (;;) {
    const card = await cardUndelivered(pool, run.id)
    if (!card || signal.aborted) return null
    const isRefused = card.isFinal || card.error !== null
    const most = answer?.choice === 'wait' ? chosen : isRefused ? refused : onItsWay
    if (performance.now() - began >= most)
      return {
        status: 'asks',
        question: {
          code: 'card-undelivered',
          channel: run.plan.approved.runbook.channel,
          error: card.error,
          file: path.join(runsFolder(config), run.id, cardFile),
          choices: ['wait', 'back-out', 'go-on'],
        },
      }
    await setTimeout(every, undefined, { signal }).catch(() => {})
  }
}

/** Whether this attempt's answer was to the question about the card: it is nothing to the step itself. */
export const isAboutCard = (record: readonly Attempt[], step: Step): boolean => {
  const before = record.findLast((attempt) => attempt.step === step.id && attempt.outcome !== null)
  return before?.outcome?.status === 'asks' && before.outcome.question.code === 'card-undelivered'
}

const wentOnWithout = (record: readonly Attempt[]): boolean =>
  record.some(
    ({ outcome, answer }) =>
      outcome?.status === 'asks' &&
      outcome.question.code === 'card-undelivered' &&
      answer?.choice === 'go-on',
  )
