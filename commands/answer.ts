import { z } from 'zod'
import type { Json } from '../src/domain/json.ts'
import type { Choice } from '../src/domain/question.ts'
import type { Gate, Run } from '../src/domain/run.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { answer as record, unknownRun } from '../src/runs/requests.ts'
import { attemptsOf } from '../src/store/attempts.ts'
import { gateById, openGateOf } from '../src/store/gates.ts'
import { recentRuns, runById } from '../src/store/runs.ts'
import { choiceName } from '../src/views/choice-names.ts'
import { answerForm, selectForm } from '../src/views/forms.ts'
import { answeredSaid } from '../src/views/said.ts'
import { sessionsAsked } from '../src/views/choices.ts'
import { command, type House } from './command.ts'

const input = z.object({
  run: z.string().trim().toUpperCase().optional(),
  /** The gate that a message showed; without it, what the run waits for now. */
  gate: z.string().optional(),
  choice: z.string().trim().toLowerCase().optional(),
  /** PIDs that were ticked. */
  sessions: z.array(z.string()).optional(),
  /** Rows, as typed. */
  accepted: z.string().optional(),
})
type Input = z.output<typeof input>

/** Answers what a run asks. */
export const answer = command<Input>({
  name: 'answer',
  summary: 'answer what a run asks; without a choice it shows them',
  example: 'answer 7F3A-1 retry',
  role: 'operator',
  words: ([run, choice]) => ({ run, choice }),
  input,
  async form(house, _caller, given) {
    const asked = await gateOf(house, given)
    if (!asked.ok) return asked
    const { run, gate } = asked.value
    const named = { ...given, run: run.id, gate: gate.id }
    if (!given.choice) {
      const options = gate.question.choices.map((choice) => ({ value: choice, label: choiceName(choice) }))
      return ok({
        form: selectForm(`Answer ${run.id}`, 'Go on', { name: 'choice', label: 'Choice' }, options),
        input: named,
      })
    }
    const choice = choiceOf(gate, given.choice)
    if (!choice.ok) return choice
    const form = answerForm(choice.value, gate, run, await attemptsOf(house.pool, run.id))
    return ok(form ? { form, input: named } : undefined)
  },
  async handle(house, caller, given) {
    const asked = await gateOf(house, given)
    if (!asked.ok) return asked
    const { run, gate } = asked.value
    const choice = choiceOf(gate, given.choice ?? '')
    if (!choice.ok) return choice
    const extra = extraOf(choice.value, gate, given)
    if (!extra.ok) return extra
    const recorded = await record(house.pool, {
      gate: { id: gate.id },
      choice: choice.value,
      caller,
      ...(extra.value === null ? {} : { with: extra.value }),
    })
    return recorded.ok ? ok({ view: answeredSaid(gate, run, recorded.value.left), run: run.id }) : recorded
  },
})

async function gateOf(house: House, given: Input): Promise<Result<{ run: Run; gate: Gate }>> {
  const waiting = given.run ?? (await recentRuns(house.pool, {}, 20)).find((run) => !run.endedAt)?.id ?? ''
  const run = await runById(house.pool, waiting)
  if (!run) return failure(await unknownRun(house.pool, waiting))
  if (run.endedAt && run.ending)
    return failure({ code: 'run-ended', run: run.id, ending: run.ending, at: run.endedAt })
  const gate = given.gate ? await gateById(house.pool, given.gate) : await openGateOf(house.pool, run.id)
  if (!gate) return failure({ code: 'gate-none', run: run.id })
  if (gate.answer && gate.answeredAt)
    return failure({
      code: 'answered-already',
      by: gate.answer.by,
      at: gate.answeredAt,
      choice: gate.answer.choice,
    })
  return ok({ run, gate })
}

function choiceOf(gate: Gate, typed: string): Result<Choice> {
  const choice = gate.question.choices.find((each) => each === typed)
  return choice
    ? ok(choice)
    : failure({ code: 'choice-unknown', choice: typed, choices: gate.question.choices })
}

/** What an answer carries besides: the very transactions that were shown, or the rows that may be lost. */
function extraOf(choice: Choice, gate: Gate, given: Input): Result<Json> {
  if (choice === 'terminate') {
    const ticked = sessionsAsked(gate.question).filter(({ pid }) => given.sessions?.includes(String(pid)))
    return ok({
      sessions: ticked.map(({ pid, backendStart, xactStart }) => ({ pid, backendStart, xactStart })),
    })
  }
  if (choice === 'go-on' && gate.question.code === 'loss-grew') {
    const accepted = rows(given.accepted)
    return accepted === null
      ? failure({ code: 'number-mistyped', typed: given.accepted ?? '' })
      : ok({ accepted })
  }
  return ok(null)
}

/** A number of rows as people type it, or null. */
export const rows = (typed: string | undefined): number | null => {
  const digits = (typed ?? '').replace(/[\s,._']/g, '')
  return /^\d{1,12}$/.test(digits) ? Number(digits) : null
}
