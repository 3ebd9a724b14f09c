import type pg from 'pg'
import { operatorRole } from '../config.ts'
import type { Instant } from '../domain/json.ts'
import type { Caller } from '../domain/person.ts'
import type { Result } from '../domain/result.ts'
import { attemptsOf } from '../store/attempts.ts'
import { noticesOf } from '../store/notices.ts'
import { runById } from '../store/runs.ts'
import { lockScheduleOfRun, promiseNews } from '../store/schedules.ts'
import { hasRole } from '../store/standing.ts'
import { timeOf } from '../store/transaction.ts'
import { isDown } from '../views/run/choices.ts'
import { standingOf } from '../views/run/standing.ts'
import { announce, toldSoFar } from './announcing.ts'
import { notAllowed, request, unknownRun } from './requests.ts'

/** `news`: when more is said at the latest. */
export interface NewsTold {
  product: string
  addresses: number
  news: Instant
}

/** What a person has to say to everybody who waits for users to be let in; the next news is promised with it. */
export function tellNews(
  pool: pg.Pool,
  { run: id, says }: { run: string; says: string },
  caller: Caller,
): Promise<Result<NewsTold>> {
  return request(pool, async (tx, refuse) => {
    if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, 'news'))
    const schedule = await lockScheduleOfRun(tx, id)
    const run = (await runById(tx, id)) ?? refuse(await unknownRun(tx, id))
    if (!schedule || !isDown(standingOf(run, await attemptsOf(tx, id), null)))
      return refuse({ code: 'news-unwanted', run: id, because: 'users-in' })
    const told = toldSoFar(await noticesOf(tx, schedule.id)).length
    if (told === 0) refuse({ code: 'news-unwanted', run: id, because: 'nobody-told' })
    const { product, window } = schedule.runbook
    const news = new Date(Date.parse(await timeOf(tx)) + window.news).toISOString()
    await announce(tx, schedule, { is: 'overrun', news, says })
    await promiseNews(tx, schedule.id, news)
    return { product, addresses: told, news }
  })
}
