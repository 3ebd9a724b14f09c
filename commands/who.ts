import { z } from 'zod'
import { pausedOf, reach, type Reached } from '../src/access/reach.ts'
import { holdersOf } from '../src/access/roles.ts'
import { operatorRole } from '../src/config.ts'
import type { Contact } from '../src/domain/escalation.ts'
import { failure, ok } from '../src/domain/result.ts'
import type { Runbook } from '../src/domain/runbook.ts'
import type { View } from '../src/domain/view.ts'
import { answerTest, testReach, testsApart } from '../src/runs/reach-tests.ts'
import { notAllowed } from '../src/runs/requests.ts'
import { newestReachTest } from '../src/store/reach-tests.ts'
import { recentRuns } from '../src/store/runs.ts'
import { openScheduleOf } from '../src/store/schedules.ts'
import { hasRole } from '../src/store/standing.ts'
import { gotSaid, testAgainForm, testBegun } from '../src/views/people/reach-test.ts'
import { whoView } from '../src/views/people/who.ts'
import { command, type House } from './command.ts'
import { aroundOf } from './reached.ts'
import { askForRunbook, runbookOf } from './runbooks.ts'

const input = z.object({
  runbook: z.string().trim().optional(),
  /** Without it: shows who it is, and pings nobody. `got`: says that a test reached the caller. */
  does: z.enum(['test', 'got'], 'is neither `test` nor `got`').optional(),
  /** The number of a test: the one that was got; or the newest that is known, where one is to be sent again. */
  test: z.coerce.number().int().optional(),
})
type Input = z.output<typeof input>

/** Who helps with a runbook, who can decide, and by what they can be reached: shown, or tried. */
export const who = command<Input>({
  name: 'who',
  summary: 'who helps, who can decide, who is on call, how they are reached; `test` at the end tries it',
  example: 'who add-security-enhancements',
  role: 'reader',
  words: ([runbook, does, test]) => ({ runbook, does: does?.toLowerCase(), test }),
  input,
  tellsNothing: ({ does }) => does === 'got',
  async form(house, caller, given) {
    if (given.does !== 'test' || !given.runbook) return askForRunbook(house, 'Who', given)
    const runbook = await runbookOf(house, given)
    if (!runbook.ok) return runbook
    if (!(await hasRole(house.pool, caller, operatorRole))) return failure(notAllowed(operatorRole, 'who'))
    const last = await newestReachTest(house.pool, runbook.value.name)
    const isNew = last && Date.now() - Date.parse(last.at) < testsApart * 1000
    return ok(isNew ? { form: testAgainForm(last), input: { ...given, test: last.number } } : undefined)
  },
  async handle(house, caller, given) {
    const found = await runbookOf(house, given)
    if (!found.ok) return found
    const runbook = found.value
    if (given.does === 'got') {
      const number = given.test ?? (await newestReachTest(house.pool, runbook.name))?.number ?? 0
      const test = await answerTest(house.pool, `${runbook.name}/${number}`, caller)
      return ok({ view: gotSaid(runbook.name, test) })
    }
    if (given.does === 'test') {
      const called = await calledNow(house, runbook)
      const test = await testReach(house.pool, { runbook, called, after: given.test ?? 0, caller })
      return test.ok ? ok({ view: testBegun(test.value) }) : test
    }
    return ok({ view: await shown(house, runbook) })
  },
})

type Called = { contact: Contact } & Reached

/** Whom the contacts of an escalation are now, each once. */
function calledNow(house: House, runbook: Runbook): Promise<Called[]> {
  const roles = new Set(runbook.escalation.map(({ contact }) => contact))
  const now = new Date().toISOString()
  return Promise.all(
    runbook.contacts
      .filter(({ role }) => roles.has(role))
      .map(async (contact) => ({ contact, ...(await reach(contact, runbook, aroundOf(house), now)) })),
  )
}

async function shown(house: House, runbook: Runbook): Promise<View> {
  const { config, directory, pool } = house
  const now = new Date().toISOString()
  const schedule = await openScheduleOf(pool, runbook.name)
  const start = schedule && schedule.window.start > now ? schedule.window.start : null
  const roles = new Set([operatorRole, ...runbook.approvals.map(({ role }) => role)])
  const [holders, serving, runs] = await Promise.all([
    Promise.all([...roles].map(async (role) => ({ role, ...(await holdersOf(config, [role], directory)) }))),
    calledNow(house, runbook).then((called) =>
      Promise.all(
        called.map(async ({ contact, people, onCall, lost }) => ({
          contact,
          members: contact.group ? await directory.members(contact.group) : null,
          onCall,
          lost,
          paused: await pausedOf(people, directory, now),
          pausedThen: start === null ? null : await pausedOf(people, directory, now, start),
        })),
      ),
    ),
    recentRuns(pool, { runbook: runbook.name }, 10),
  ])
  const running = runs.find((run) => !run.endedAt) ?? null
  return whoView(runbook, { holders, serving, running, mails: config.mail !== null })
}
