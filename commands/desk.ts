import { closest, distance } from 'fastest-levenshtein'
import { operatorRole } from '../src/config.ts'
import { peopleOf, rolesOf } from '../src/access/roles.ts'
import type { Desk, FormValues, Reply } from '../src/domain/desk.ts'
import type { Json } from '../src/domain/json.ts'
import type { Caller } from '../src/domain/person.ts'
import type { Problem } from '../src/domain/problem.ts'
import { failure, ok, type Result } from '../src/domain/result.ts'
import { recordStanding } from '../src/store/standing.ts'
import { problemView } from '../src/views/problem.ts'
import type { AnyCommand, House } from './command.ts'
import { commands } from './list.ts'

/** Seconds that a person's roles hold once they were looked up: long enough for the effect that they were asked for. */
const standingHolds = 60

/** Where requests of people become commands, whatever they were made with. */
export function makeDesk(house: House): Desk {
  async function reply(
    caller: Caller,
    name: string,
    raw: (command: AnyCommand) => unknown,
    filled: boolean,
  ): Promise<Reply> {
    const result = await answered(house, caller, name, raw, filled)
    if (result.ok) return result.value
    const { problem } = result
    // Said at its field, so that the form stays as it was filled in.
    if (problem.code === 'name-mistyped')
      return { faults: [{ field: 'database', why: `This plan is for ${problem.name}.` }] }
    if (problem.code === 'number-mistyped')
      return { faults: [{ field: 'accepted', why: 'A whole number of rows, e.g. 212.' }] }
    return { view: problemView(await withPeople(house, problem)) }
  }
  return {
    opensForm: (name) => find(name)?.form !== undefined,
    typed: (caller, [name = 'help', ...words]) =>
      reply(caller, name, (command) => command.words(words), false),
    pressed: (caller, name, input) => reply(caller, name, () => input, false),
    submitted: (caller, name, input, values) => reply(caller, name, () => merged(input, values), true),
  }
}

const find = (name: string): AnyCommand | undefined => commands.find((command) => command.name === name)

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
  if (!command) return failure(unknownCommand(name))
  const standing = await house.directory.lookUp(
    caller.person,
    command.role === 'anyone' ? 'reading' : 'acting',
  )
  if (!standing.may) return failure(standing.problem)
  const roles = rolesOf(house.config, caller.person, standing.groups)
  await recordStanding(house.pool, caller.person, roles, standingHolds)
  if (command.role === 'operator' && !roles.includes(operatorRole))
    return failure({ code: 'not-allowed', role: operatorRole, people: [], does: command.name })
  const parsed = command.input.safeParse(raw(command))
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => ({ field: issue.path.join('.'), why: issue.message }))
    return failure({ code: 'input-wrong', command: command.name, faults, example: command.example })
  }
  if (!filled && command.form) {
    const asked = await command.form(house, caller, parsed.data)
    if (!asked.ok) return asked
    if (asked.value)
      return ok({ form: asked.value.form, command: command.name, input: asked.value.input as Json })
  }
  const handled = await command.handle(house, caller, parsed.data)
  return handled
}

function unknownCommand(typed: string): Problem {
  const names = commands.map(({ name }) => name)
  const meant = closest(typed, names)
  return {
    code: 'command-unknown',
    typed,
    meant: distance(typed, meant) <= 3 ? meant : null,
    commands: names,
  }
}

/** A refusal says who may: the store knows roles, the directory knows people. */
async function withPeople(house: House, problem: Problem): Promise<Problem> {
  const of = (role: string): Promise<string[]> => peopleOf(house.config, role, house.directory)
  if (problem.code === 'not-allowed') return { ...problem, people: await of(problem.role) }
  if (problem.code === 'approval-not-yours')
    return { ...problem, people: [...new Set((await Promise.all(problem.roles.map(of))).flat())] }
  return problem
}
