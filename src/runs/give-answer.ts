import type pg from 'pg'
import { holdsFor } from '../domain/escalation.ts'
import type { Answer } from '../domain/question.ts'
import type { Acknowledgement, Run } from '../domain/run.ts'
import { recordEvent } from '../store/events.ts'
import { answerGate } from '../store/gates.ts'
import { renewHold } from '../store/holds.ts'
import { wakeRun } from '../store/runs.ts'
import { stopAlarms } from './alarms.ts'

/**
 * Gives an open gate its one answer, in the transaction of whoever holds the run's lock: it is told to everybody, nobody
 * is called for it any more, and the run goes on. `over`: who had acknowledged it, where somebody else answers.
 */
export async function giveAnswer(
  tx: pg.PoolClient,
  run: Pick<Run, 'id' | 'plan'>,
  gate: string,
  answer: Answer,
  over: Acknowledgement | null = null,
): Promise<void> {
  await answerGate(tx, gate, answer)
  await recordEvent(tx, {
    by: { person: answer.by, via: answer.via, ...(answer.account && { account: answer.account }) },
    run: run.id,
    plan: run.plan.id,
    key: `${gate}/answer`,
    body: { is: 'gate.answered', gate, answer, ...(over && { over }) },
  })
  await stopAlarms(tx, run, ['gate', 'called'], answer.by)
  await renewHold(tx, run.id, holdsFor)
  await wakeRun(tx, run.id)
}
