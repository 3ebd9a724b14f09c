import { operatorRole } from '../src/config.ts'
import { holdersOf } from '../src/access/roles.ts'
import type { Desk, FieldFault, FormValues, Reply } from '../src/domain/desk.ts'
import { redactProblem } from '../src/domain/ours-in-records.ts'
import type { Json } from '../src/domain/json.ts'
import type { Caller } from '../src/domain/person.ts'
import type { Problem, ProblemCode } from '../src/domain/problem.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { lineText } from '../src/views/words/plain.ts'
import { problemView, wordProblem } from '../src/views/problem/problem.ts'
import { isNamed, type AnyCommand, type House } from './command.ts'
import { calledBy, formCalledBy } from '../src/views/words/typed.ts'
import { commands } from './list.ts'
import { lookUp, whileLookingUp, type Roles } from './standing.ts'
import { unknownCommand } from './unknown.ts'

/** Where requests of people become commands, whatever they were made with. */
export function makeDesk(house: House): Desk {
  const { command } = house.config
  const as = (reply: Reply): Reply => {
    if ('view' in reply) return { ...reply, view: calledBy(reply.view, command) }
    return 'form' in reply ? { ...reply, form: formCalledBy(reply.form, command) } : reply
  }
  async function reply(
    caller: Caller,
    name: string,
    raw: (command: AnyCommand) => unknown,
    filled: boolean,
    asked: readonly string[] = [],
  ): Promise<Reply> {
    const result = await answered(house, caller, name, raw, filled)
    if (result.ok) return as(result.value)
    const problem = redactProblem(house.secrets.redact, result.problem)
    // Said at its field, so that the form stays as it was filled in.
    const faults = faultsOf(problem)
    if (faults.length > 0 && faults.every(({ field }) => asked.includes(field))) return { faults }
    return as({ view: problemView(await withPeople(house, problem)), refused: true })
  }
  return {
    opensForm: (name) => find(name)?.form !== undefined,
    typed(caller, words) {
      const [name = 'help', ...rest] = commandTyped(words)
      return reply(caller, name, (command) => command.words(rest), false)
    },
    pressed: (caller, name, input) => reply(caller, name, () => input, false),
    submitted: (caller, name, input, values) =>
      reply(caller, name, () => merged(input, values), isLast(input), fieldsOf(input)),
  }
}

/** `plan 7F3A sql` and `plan 7F3A --sql` read a plan that is there: they mean `sql 7F3A`, whoever makes plans. */
const commandTyped = (words: readonly string[]): readonly string[] => {
  const [name, plan, word = '', ...rest] = words
  return name === 'plan' && plan && /^-{0,2}sql$/i.test(word) ? ['sql', plan, ...rest] : words
}

/** Problems of what somebody typed into a form, and the field that they belong to. */
const fields: Partial<Record<ProblemCode, string>> = {
  'name-mistyped': 'database',
  'number-mistyped': 'accepted',
  'loss-larger': 'accepted',
  'time-unread': 'when',
  'time-past': 'when',
  'time-skipped': 'when',
  'time-twice': 'when',
}

/** What is wrong with a form that was filled in, field by field. */
function faultsOf(problem: Problem): readonly FieldFault[] {
  if (problem.code === 'input-wrong') return problem.faults
  const field = fields[problem.code]
  if (!field) return []
  const { what, next } = wordProblem(problem)
  return [{ field, why: `${lineText(what)} ${lineText(next)}` }]
}

/**
 * In the input of a form after which nothing is left to ask. Only a form that was filled in is looked at for it: a
 * button, which may hold the same input, asks first.
 */
const lastForm = 'last form'
const isLast = (input: Json): boolean => input !== null && typeof input === 'object' && lastForm in input

/** In the input of every form: the names of its fields. */
const formFields = 'form fields'
const fieldsOf = (input: Json): string[] =>
  input !== null && typeof input === 'object' && formFields in input ? (input[formFields] as string[]) : []

const find = (typed: string): AnyCommand | undefined => commands.find((each) => isNamed(each, typed))

const merged = (input: Json, values: FormValues): unknown => ({ ...(input as object), ...values })

/** Looks the person up, checks the input, and asks what is still to be asked or does what was asked for. */
async function answered(
  house: House,
  caller: Caller,
  name: string,
  raw: (command: AnyCommand) => unknown,
  filled: boolean,
): Promise<Result<Reply>> {
  const command = find(name)
  if (!command)
    return failure(
      unknownCommand(
        name,
        commands.map((known) => known.name),
      ),
    )
  const roles = await lookUp(house, caller, command.reads ? 'reading' : 'acting')
  if (!roles.ok) return roles
  const parsed = command.input.safeParse(raw(command))
  const isOpen = parsed.success && command.tellsNothing?.(parsed.data) === true
  const refused = isOpen ? null : refusalOf(house, roles.value, command)
  if (refused) return failure(refused)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), why: issue.message }))
    return failure({ code: 'input-wrong', command: command.name, faults, example: command.example })
  }
  if (!filled && command.form) {
    const asked = await command.form(house, caller, parsed.data)
    if (!asked.ok) return asked
    if (asked.value) {
      const { form, input, more } = asked.value
      const kept = {
        ...(input as { [name: string]: Json }),
        [formFields]: form.fields.map(({ name }) => name),
        ...(!more && { [lastForm]: true }),
      }
      return ok({ form: { ...form, ...(more && { more }) }, command: command.name, input: kept })
    }
  }
  return whileLookingUp(house, caller, () => command.handle(house, caller, parsed.data))
}

/** What this person may not, whatever else is right about it; the transaction of an effect asks once more. */
function refusalOf({ config }: House, { roles, reads }: Roles, command: AnyCommand): Problem | null {
  if (command.role === 'operator')
    return roles.includes(operatorRole)
      ? null
      : { code: 'not-allowed', role: operatorRole, people: [], does: command.name }
  const may = command.role === 'reader' ? reads : roles.length > 0
  if (may) return null
  const enough = command.role === 'reader' ? config.readers : Object.keys(config.roles)
  return { code: 'reading-refused', roles: enough, people: [] }
}

type Refusal = Problem<'not-allowed' | 'reading-refused' | 'approval-not-yours'>

const isRefusal = (problem: Problem): problem is Refusal =>
  ['not-allowed', 'reading-refused', 'approval-not-yours'].includes(problem.code)

/** A refusal says who may: the store knows roles, the directory knows people, as far as somebody tells it. */
async function withPeople({ config, directory }: House, problem: Problem): Promise<Problem> {
  if (!isRefusal(problem)) return problem
  const { people } = await holdersOf(config, rolesAskedFor(problem), directory)
  const { untold: groups } = await holdersOf(config, rolesOf(problem), directory)
  const why = config.slack ? 'no-answer' : 'no-slack'
  return { ...problem, people, ...(groups.length && { untold: { groups, why } }) }
}

/** Any of these roles would do. */
const rolesOf = (problem: Refusal): readonly string[] =>
  problem.code === 'not-allowed' ? [problem.role] : problem.roles

/** Whose people are asked. */
function rolesAskedFor(problem: Refusal): readonly string[] {
  if (problem.code === 'approval-not-yours') return problem.roles
  return [problem.code === 'not-allowed' ? problem.role : operatorRole]
}
