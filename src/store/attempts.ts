import type { Attempt } from '../domain/run.ts'
import type { Outcome } from '../domain/outcome.ts'
import type { EarlierStep } from '../domain/plan.ts'
import type { Progress } from '../domain/step.ts'
import { instant, type Queryable } from './transaction.ts'

/** All attempts of a run in the order they were begun, each with the answer of its gate. */
export async function attemptsOf(tx: Queryable, run: string): Promise<Attempt[]> {
  const { rows } = await tx.query<Attempt>(
    `select attempt.step, attempt.attempt, attempt.lives, ${instant('attempt.began_at')} as "beganAt",
       ${instant('attempt.ended_at')} as "endedAt", attempt.outcome, gate.answer, gate.looked, attempt.progress
     from lockkeeper.attempt left join lockkeeper.gate using (run, step, attempt)
     where attempt.run = $1 order by attempt.began_at, attempt.attempt`,
    [run],
  )
  return rows
}

/**
 * The mark before the effect. `lives` counts the processes that began this attempt; with an outcome there is nothing
 * left to do.
 */
export async function beginAttempt(
  tx: Queryable,
  run: string,
  step: string,
  attempt: number,
): Promise<Attempt> {
  const { rows } = await tx.query<Attempt>(
    `insert into lockkeeper.attempt (run, step, attempt) values ($1, $2, $3)
     on conflict (run, step, attempt) do update set lives = attempt.lives + case when attempt.outcome is null then 1 else 0 end
     returning step, attempt, lives, ${instant('began_at')} as "beganAt", ${instant('ended_at')} as "endedAt", outcome,
       null as answer, progress`,
    [run, step, attempt],
  )
  if (!rows[0]) throw new Error('no attempt was marked')
  return rows[0]
}

/** The first outcome stays. False: there was one. */
export async function finishAttempt(
  tx: Queryable,
  run: string,
  step: string,
  attempt: number,
  outcome: Outcome,
): Promise<boolean> {
  const { rowCount } = await tx.query(
    `update lockkeeper.attempt set outcome = $4, ended_at = now(), progress = null
     where run = $1 and step = $2 and attempt = $3 and outcome is null`,
    [run, step, attempt, JSON.stringify(outcome)],
  )
  return rowCount === 1
}

/** Overwrites how far an attempt is. */
export async function setProgress(
  tx: Queryable,
  run: string,
  step: string,
  attempt: number,
  progress: Progress,
): Promise<void> {
  await tx.query(
    'update lockkeeper.attempt set progress = $4 where run = $1 and step = $2 and attempt = $3 and outcome is null',
    [run, step, attempt, JSON.stringify(progress)],
  )
}

/**
 * Seconds that the last five attempts at each step took in this target's finished runs, whatever way they stood on; those at
 * the migration by from where to where they moved it. Without those that a process left and another one took up.
 */
export async function earlierSteps(tx: Queryable, target: string): Promise<EarlierStep[]> {
  const { rows } = await tx.query<EarlierStep>(
    `select step, move, seconds from (
       select *, row_number() over (partition by step, move order by ended_at desc) as nth from (
         select regexp_replace(attempt.step, '^(back-out|roll-back)[.]', '') as step, attempt.outcome #> '{facts,move}' as move,
           attempt.ended_at, extract(epoch from attempt.ended_at - attempt.began_at)::float8 as seconds
         from lockkeeper.attempt join lockkeeper.run on run.id = attempt.run
         where run.target = $1 and run.ending = 'done' and attempt.outcome ->> 'status' = 'done' and attempt.lives = 1
       ) as taken
     ) as numbered
     where nth <= 5 order by step, ended_at desc`,
    [target],
  )
  return rows
}
