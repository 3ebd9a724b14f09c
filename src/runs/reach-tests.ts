import type pg from 'pg'
import type { Reached } from '../access/reach.ts'
import { operatorRole } from '../config.ts'
import { addressee } from '../domain/delivery.ts'
import type { Contact } from '../domain/escalation.ts'
import type { Caller } from '../domain/person.ts'
import { askedPeople, type ReachTest, type TestTarget } from '../domain/reach-test.ts'
import type { Result } from '../domain/result.ts'
import type { Runbook } from '../domain/runbook.ts'
import { recordEvent } from '../store/events.ts'
import { insertReachAnswer, insertReachTest, newestReachTest, reachTestById } from '../store/reach-tests.ts'
import { hasRole } from '../store/standing.ts'
import { transaction } from '../store/transaction.ts'
import { notAllowed, request } from './requests.ts'

/** Seconds within which nobody is tried again by mistake. */
export const testsApart = 600

export interface TestRequest {
  runbook: Runbook
  /** Contacts of its escalation, and whom they are now. */
  called: readonly ({ contact: Contact } & Reached)[]
  /** The number of the newest test that the caller knows of; 0: of none. */
  after: number
  caller: Caller
}

/**
 * Tries whether those whom an escalation calls are reached: recorded here, sent as every message is. Fails with
 * `not-allowed`, and `tested-lately` where somebody else has just done it.
 */
export function testReach(
  pool: pg.Pool,
  { runbook, called, after, caller }: TestRequest,
): Promise<Result<ReachTest>> {
  return request(pool, async (tx, refuse) => {
    if (!(await hasRole(tx, caller, operatorRole))) refuse(notAllowed(operatorRole, 'who'))
    const body = {
      runbook,
      targets: targetsOf(called),
      lost: called.flatMap(({ lost }) => lost ?? []),
      untold: called.flatMap(({ untold }) => untold ?? []),
    }
    const by = caller.person
    const test = await insertReachTest(tx, body, { by, after, seconds: testsApart })
    if (!test) {
      const lately = await newestReachTest(tx, runbook.name)
      return refuse({
        code: 'tested-lately',
        runbook: runbook.name,
        by: lately?.by ?? '',
        at: lately?.at ?? new Date().toISOString(),
      })
    }
    await recordEvent(tx, {
      by: caller,
      run: null,
      plan: null,
      key: `test/${test.id}`,
      body: { is: 'reach.tested', test: test.id },
    })
    return test
  })
}

/** Who is called for several contacts is tried once. A pager is tried where the runbook has words for that. */
function targetsOf(called: TestRequest['called']): TestTarget[] {
  const targets = new Map<string, TestTarget>()
  for (const { contact, people, mail } of called) {
    const reached: TestTarget['to'][] = [
      ...people.map((person) => ({ person })),
      ...mail.map((address) => ({ mail: address })),
      ...(contact.webhook?.test ? [{ pager: contact.role }] : []),
    ]
    for (const to of reached) {
      const known = targets.get(addressee(to))
      targets.set(addressee(to), { contacts: [...(known?.contacts ?? []), contact.role], to })
    }
  }
  return [...targets.values()]
}

/** Somebody says that they got it. Null: it was not for them, and does not count. */
export function answerTest(pool: pg.Pool, id: string, caller: Caller): Promise<ReachTest | null> {
  return transaction(pool, async (tx) => {
    const test = await reachTestById(tx, id)
    if (!test || !askedPeople(test).includes(caller.person)) return null
    if (await insertReachAnswer(tx, id, caller.person))
      await recordEvent(tx, {
        by: caller,
        run: null,
        plan: null,
        key: `test/${id}/${caller.person}`,
        body: { is: 'reach.answered', test: id },
      })
    return reachTestById(tx, id)
  })
}
