import type { FieldFault, FormValues } from '../domain/desk.ts'
import type { Field, Form } from '../domain/view.ts'

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
  if (form.fields.some((field) => field.kind === 'text' && field.mustBe)) return values
  const yes = await person.ask(`${form.submit}? Type yes: `)
  return yes?.trim().toLowerCase() === 'yes' ? values : null
}

export const faultLines = (faults: readonly FieldFault[]): string[] =>
  faults.map(({ field, why }) => `${field}: ${why}`)

async function valueOf(field: Field, person: Person): Promise<string | readonly string[] | null> {
  if (field.hint) person.say(field.hint)
  if (field.kind === 'text' || field.kind === 'number') {
    for (;;) {
      const typed = await person.ask(`${field.label}: `)
      if (typed === null) return null
      const wanted = field.kind === 'text' ? field.mustBe : undefined
      if (wanted === undefined || typed.trim().toLowerCase() === wanted.toLowerCase()) return typed.trim()
      person.say(`You typed ${JSON.stringify(typed)}. It must be ${wanted}.`)
    }
  }
  field.options.forEach((option, i) =>
    person.say(`${i + 1}  ${option.label}${option.hint ? ` (${option.hint})` : ''}`),
  )
  const many = field.kind === 'ticks'
  for (;;) {
    const typed = await person.ask(
      many ? `${field.label}, numbers with commas: ` : `${field.label}, a number: `,
    )
    if (typed === null) return null
    const picked = typed
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((number) => field.options[Number(number) - 1]?.value)
    const known = picked.filter((value) => value !== undefined)
    if (known.length === picked.length && known.length > 0 && (many || known.length === 1))
      return many ? known : (known[0] ?? null)
    person.say(`Numbers from 1 to ${field.options.length}, please.`)
  }
}
