import { sha256OfJson } from '../src/domain/digest.ts'
import { ok } from '../src/domain/result.ts'
import type { Runbook } from '../src/domain/runbook.ts'
import { membersOf } from '../src/notices/audience.ts'
import { noticesOf, toldOf } from '../src/store/notices.ts'
import { runById } from '../src/store/runs.ts'
import { newestScheduleOf } from '../src/store/schedules.ts'
import { inOneMessage, noticesView } from '../src/views/notice/notices.ts'
import { command, type House } from './command.ts'
import { askForRunbook, runbookInput, runbookOf, runbookWords, type RunbookInput } from './runbooks.ts'

/** Every message of a runbook as it will be seen, and what became of those that were sent. Tells nobody anything. */
export const notices = command<RunbookInput>({
  name: 'notices',
  summary: 'what people are told, as they will see it; what was sent, and what was refused',
  example: 'notices add-security-enhancements',
  role: 'reader',
  reads: true,
  words: runbookWords,
  input: runbookInput,
  form: (house, _caller, given) => askForRunbook(house, 'Notices', given),
  async handle(house, caller, given) {
    const found = await runbookOf(house, given)
    if (!found.ok) return found
    const schedule = await newestScheduleOf(house.pool, found.value.name)
    const open = schedule && !schedule.over ? schedule : null
    const runbook = open?.runbook ?? found.value
    const run = open?.run ? await runById(house.pool, open.run) : null
    const view = noticesView({
      runbook,
      schedule,
      isRollback: run?.plan.kind === 'rollback',
      notices: schedule ? await noticesOf(house.pool, schedule.id) : [],
      told: schedule ? await toldOf(house.pool, schedule.id) : [],
      members: await sizesOf(runbook, house),
      changed: isOther(runbook, found.value),
    })
    return ok({ view: caller.via === 'terminal' ? view : inOneMessage(view, runbook.name) })
  },
})

/** How many are in each user group of its audiences now. */
async function sizesOf(runbook: Runbook, { directory }: House): Promise<Map<string, number | null>> {
  const members = await membersOf(runbook, (group) => directory.members(group))
  return new Map([...members].map(([group, people]) => [group, people?.length ?? null]))
}

/** Whether people would be told something else if it was scheduled anew. */
const isOther = (one: Runbook, other: Runbook): boolean =>
  sha256OfJson(whatIsTold(one)) !== sha256OfJson(whatIsTold(other))

const whatIsTold = ({ audiences, notices: written, timeZone, timeZoneName, product }: Runbook) => ({
  audiences,
  written,
  timeZone,
  timeZoneName,
  product,
})
