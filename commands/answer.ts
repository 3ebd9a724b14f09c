import { z } from 'zod'
import type { Json } from '../src/domain/json.ts'
import type { Problem } from '../src/domain/problem.ts'
import type { Choice } from '../src/domain/choice.ts'
import { wantsReason } from '../src/domain/question.ts'
import type { Gate, Run } from '../src/domain/run.ts'
import type { SessionMark } from '../src/domain/session.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { answer as record } from '../src/runs/requests.ts'
import { attemptsOf } from '../src/store/attempts.ts'
import { gateById, openGateOf } from '../src/store/gates.ts'
import { answerForm, choiceForm } from '../src/views/forms.ts'
import { answeredSaid } from '../src/views/run/said.ts'
import { sessionsAsked } from '../src/views/run/sessions-asked.ts'
import { choiceTyped } from './choosing.ts'
import { command, type House } from './command.ts'
import { askForRun, runMeant, runsUnderWay } from './runs.ts'

const input = z.object({
  run: z.string().trim().toUpperCase().optional(),
  /** The gate that a message showed; without it, what the run waits for now. */
  gate: z.string().optional(),
  choice: z.string().trim().optional(),
  /** PIDs that were ticked. */
  sessions: z.array(z.string()).optional(),
  /** The sessions that the form showed: what came after it was not ticked. */
  shown: z
    .array(z.object({ pid: z.number(), backendStart: z.string(), xactStart: z.string().nullable() }))
    .optional(),
  /** Rows, as typed. */
  accepted: z.string().optional(),
  /** Whether users are let in where a run ends as it is. */
  users: z.enum(['in', 'out']).optional(),
  /** Why a check that failed is passed over, or a run ends as it is. */
  reason: z.string().trim().max(500).optional(),
})
type Input = z.output<typeof input>

/** Answers what a run asks. */
export const answer = command<Input>({
  name: 'answer',
  summary: 'answer what a run asks; without a choice it shows them',
  example: 'answer 7F3A-1 retry',
  role: 'operator',
  words: ([run, ...choice]) => ({ run, choice: choice.length > 0 ? choice.join(' ') : undefined }),
  input,
  async form(house, _caller, given) {
    const asking = given.run ? [] : await runsUnderWay(house, 'asking')
    if (asking.length > 1) return ok(askForRun('Answer', given, asking))
    const asked = await gateOf(house, given)
    if (!asked.ok) return asked
    const { run, gate } = asked.value
    const named = { ...given, run: run.id, gate: gate.id }
    const attempts = await attemptsOf(house.pool, run.id)
    if (!given.choice) return ok({ form: choiceForm(gate, run, attempts), input: named, more: true })
    const typed = choiceTyped(given.choice, gate, run, attempts)
    if (!typed.ok) return typed
    const { choice, isNumber } = typed.value
    const form = answerForm(choice, gate, run, attempts, !isNumber)
    const shown = choice === 'terminate' ? { shown: marksShown(gate) } : {}
    return ok(form ? { form, input: { ...named, choice, ...shown } } : undefined)
  },
  async handle(house, caller, given) {
    const asked = await gateOf(house, given)
    if (!asked.ok) return asked
    const { run, gate } = asked.value
    const typed = choiceTyped(given.choice ?? '', gate, run, await attemptsOf(house.pool, run.id))
    if (!typed.ok) return typed
    const { choice } = typed.value
    const extra = extraOf(choice, gate, given)
    if (!extra.ok) return extra
    const recorded = await record(house.pool, {
      gate: { id: gate.id },
      choice,
      caller,
      ...(extra.value === null ? {} : { with: extra.value }),
    })
    return recorded.ok ? ok({ view: answeredSaid(gate, run, recorded.value), run: run.id }) : recorded
  },
})

/** The gate that was shown, or the one that the run waits at: the run that was named, or the only one that asks. */
async function gateOf(house: House, given: Input): Promise<Result<{ run: Run; gate: Gate }>> {
  const { pool } = house
  const asking = given.run ? [] : await runsUnderWay(house, 'asking')
  const meant = await runMeant(
    house,
    given.run,
    asking.length || given.run ? asking : await runsUnderWay(house, 'all'),
  )
  if (!meant.ok) return meant
  const run = meant.value
  const gate = given.gate ? await gateById(pool, given.gate) : await openGateOf(pool, run.id)
  if (!gate) return failure({ code: 'gate-none', run: run.id })
  const { answer: earlier, answeredAt } = gate
  return earlier && answeredAt
    ? failure({ code: 'answered-already', by: earlier.by, at: answeredAt, choice: earlier.choice })
    : ok({ run, gate })
}

/** What an answer carries besides: the very transactions that were shown, or the rows that may be lost. */
function extraOf(choice: Choice, gate: Gate, given: Input): Result<Json> {
  if (choice === 'terminate') {
    const shown = given.shown ?? marksShown(gate)
    const sessions = shown.filter(({ pid }) => given.sessions?.includes(String(pid)))
    return sessions.length === 0 ? failure(nothingTicked) : ok({ sessions })
  }
  if (choice === 'go-on' && gate.question.code === 'loss-grew') {
    const accepted = rows(given.accepted)
    return accepted === null
      ? failure({ code: 'number-mistyped', typed: given.accepted ?? '' })
      : ok({ accepted })
  }
  if (choice === 'end-as-is') {
    const { reason, users } = given
    return reason && users ? ok({ reason, users }) : failure(reason ? noUsers : noReason(choice))
  }
  if (wantsReason(choice, gate.question))
    return given.reason ? ok({ reason: given.reason }) : failure(noReason(choice))
  return ok(null)
}

const noReason = (choice: Choice): Problem => ({
  code: 'input-wrong',
  command: 'answer',
  faults: [
    {
      field: 'reason',
      why: choice === 'end-as-is' ? 'say why the run ends as it is' : 'say why the check may be passed over',
    },
  ],
  example: `answer 7F3A-1 ${choice}`,
})

const noUsers: Problem = {
  code: 'input-wrong',
  command: 'answer',
  faults: [{ field: 'users', why: 'choose whether users are let in' }],
  example: 'answer 7F3A-1 end-as-is',
}

/** What tells these sessions, and the transactions that they are in, from others. */
const marksShown = (gate: Gate): SessionMark[] =>
  sessionsAsked(gate).map(({ pid, backendStart, xactStart }) => ({ pid, backendStart, xactStart }))

const nothingTicked: Problem = {
  code: 'input-wrong',
  command: 'answer',
  faults: [{ field: 'sessions', why: 'nothing is ticked, so nothing would be ended' }],
  example: 'answer 7F3A-1 terminate',
}

/** A number of rows as people type it, or null: what separates its digits stands before three of them, so `1.5` is none. */
export const rows = (typed: string | undefined): number | null => {
  const digits = (typed ?? '').trim().replace(/(?<=\d)[\s,._'](?=\d{3}(?!\d))/g, '')
  return /^\d{1,12}$/.test(digits) ? Number(digits) : null
}
