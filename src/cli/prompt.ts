import type { FieldFault, FormValues } from '../domain/desk.ts'
import type { Field, Form, Option } from '../domain/view.ts'

/** Where a person types. */
export interface Person {
  /** What was typed; null when the input is over: what nobody typed was not said. */
  ask(question: string): Promise<string | null>
  say(line: string): void
}

/** Asks for every field of a form, one after another. Null: the person said no at the end, or the input is over. */
export async function fillIn(form: Form, person: Person): Promise<FormValues | null> {
  const values: Record<string, string | readonly string[]> = {}
  for (const field of form.fields) {
    const value = await valueOf(field, person)
    if (value === null) return null
    values[field.name] = value
  }
  if (form.more || form.fields.some(isDeliberate)) return values
  const yes = await person.ask(`${form.submit}? Type yes: `)
  return yes?.trim().toLowerCase() === 'yes' ? values : null
}

/** Typed as it must be, or picked to be asked more about: another yes would say nothing. */
const isDeliberate = (field: Field): boolean =>
  field.kind === 'select' || (field.kind === 'text' && field.mustBe !== undefined)

export const faultLines = (faults: readonly FieldFault[]): string[] =>
  faults.map(({ field, why }) => `${field}: ${why}`)

async function valueOf(field: Field, person: Person): Promise<string | readonly string[] | null> {
  if (field.hint) person.say(field.hint)
  if (field.kind === 'text' || field.kind === 'number') return textOf(field, person)
  return field.kind === 'ticks' ? tickedOf(field.label, field.options, person) : pickedOf(field, person)
}

async function textOf(
  field: Extract<Field, { kind: 'text' | 'number' }>,
  person: Person,
): Promise<string | null> {
  const wanted = field.kind === 'text' ? field.mustBe : undefined
  for (;;) {
    const typed = await person.ask(`${field.label}: `)
    if (typed === null) return null
    if (wanted === undefined || typed.trim().toLowerCase() === wanted.toLowerCase()) return typed.trim()
    person.say(`You typed ${JSON.stringify(typed)}. It must be ${wanted}.`)
  }
}

/** By its number, as it is called, or by what stands for it in a line that is typed. */
async function pickedOf(
  { label, options }: Extract<Field, { kind: 'select' }>,
  person: Person,
): Promise<string | null> {
  options.forEach((option, i) => person.say(`  ${i + 1}  ${described(option)}`))
  for (;;) {
    const typed = await person.ask(`${label}, a number from 1 to ${options.length}: `)
    if (typed === null) return null
    const wanted = typed.trim().toLowerCase()
    const called = ({ value, label }: Option) => [value, label].some((name) => name.toLowerCase() === wanted)
    const picked = options[Number(wanted) - 1] ?? options.find(called)
    if (picked) return picked.value
    person.say(`${JSON.stringify(typed)} is none of them.`)
  }
}

/** By what each begins with (of sessions the PID): a place in a list is too easily another one's. */
async function tickedOf(
  label: string,
  options: readonly Option[],
  person: Person,
): Promise<readonly string[] | null> {
  for (const option of options) person.say(`  ${described(option)}`)
  const example = options
    .slice(0, 2)
    .map(({ value }) => value)
    .join(', ')
  for (;;) {
    const typed = await person.ask(`${label}, each by its number on the left (e.g. ${example}): `)
    if (typed === null) return null
    const wanted = typed.split(/[\s,]+/).filter(Boolean)
    const unknown = wanted.filter((word) => !options.some(({ value }) => value === word))
    if (wanted.length > 0 && unknown.length === 0) return wanted
    person.say(unknown.length > 0 ? `${unknown.join(', ')}: not in the list.` : 'Nothing was typed.')
  }
}

const described = ({ label, hint }: Option): string => `${label}${hint ? ` (${hint})` : ''}`
