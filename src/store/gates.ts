import type { Answer, Question } from '../domain/question.ts'
import type { Look } from '../domain/look.ts'
import { gateId, type Gate } from '../domain/run.ts'
import { instant, type Queryable } from './transaction.ts'

const columns = `id, run, step, attempt, question, ${instant('opened_at')} as "openedAt", answer, ${instant('answered_at')} as "answeredAt", left_by as "leftBy", looked`

export async function openGate(
  tx: Queryable,
  run: string,
  step: string,
  attempt: number,
  question: Question,
): Promise<string> {
  const id = gateId(run, step, attempt)
  await tx.query(
    `insert into lockkeeper.gate (id, run, step, attempt, question, lapses_at, lapses_as) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (id) do nothing`,
    [
      id,
      run,
      step,
      attempt,
      JSON.stringify(question),
      question.lapses?.at ?? null,
      question.lapses?.as ?? null,
    ],
  )
  return id
}

export async function gateById(tx: Queryable, id: string): Promise<Gate | null> {
  const { rows } = await tx.query<Gate>(`select ${columns} from lockkeeper.gate where id = $1`, [id])
  return rows[0] ?? null
}

/** What a run waits for, if it waits. */
export async function openGateOf(tx: Queryable, run: string): Promise<Gate | null> {
  const { rows } = await tx.query<Gate>(
    `select ${columns} from lockkeeper.gate where run = $1 and answer is null order by opened_at desc limit 1`,
    [run],
  )
  return rows[0] ?? null
}

/** Compare and set: of answers that race, the first wins. */
export async function answerGate(tx: Queryable, id: string, answer: Answer): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update lockkeeper.gate set answer = $2, answered_at = now() where id = $1 and answer is null',
    [id, JSON.stringify(answer)],
  )
  return rowCount === 1
}

/** Somebody leaves things as they are: known, and still open. */
export async function leaveGate(tx: Queryable, id: string, by: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    'update lockkeeper.gate set left_by = $2 where id = $1 and answer is null',
    [id, by],
  )
  return rowCount === 1
}

/** What the newest look found. It says nothing of a gate that is answered. */
export async function recordLook(tx: Queryable, id: string, look: Look): Promise<void> {
  await tx.query('update lockkeeper.gate set looked = $2 where id = $1 and answer is null', [
    id,
    JSON.stringify(look),
  ])
}

/** Gates whose time is over: the clock answers them. */
export async function lapsedGates(
  tx: Queryable,
): Promise<{ id: string; run: string; as: Answer['choice'] }[]> {
  const { rows } = await tx.query<{ id: string; run: string; as: Answer['choice'] }>(
    'select id, run, lapses_as as "as" from lockkeeper.gate where answer is null and lapses_at <= now()',
  )
  return rows
}

/** Gates that ask about a break-glass card which is in its channel by now. */
export async function gatesOfDeliveredCards(tx: Queryable): Promise<{ id: string }[]> {
  const { rows } = await tx.query<{ id: string }>(
    `select gate.id from lockkeeper.gate join lockkeeper.delivery on delivery.key = 'card:' || gate.run
     where gate.answer is null and gate.question ->> 'code' = 'card-undelivered' and delivery.state = 'sent'`,
  )
  return rows
}
