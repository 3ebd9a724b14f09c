import { Liquid, LiquidError, type Template } from 'liquidjs'

/** What a template may say besides words and variables: nothing that reads a file, a clock or another text. */
const tags = ['if', 'unless', 'case', 'for', 'break', 'continue', 'assign', 'capture', 'comment', 'raw', '#']
const filters = ['join', 'first', 'last', 'size', 'default', 'capitalize', 'downcase', 'upcase', 'strip']

/** For remedies. `else`, `endif` and the like come with their tags. */
export const known = { tags: tags.filter((tag) => tag !== '#'), filters } as const

const engine = onlyWith(
  new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    catchAllErrors: true,
    // A list that is written as it is.
    outputEscape: (value: unknown) =>
      Array.isArray(value) ? value.join(', ') : String((value ?? '') as string | number),
    // No template can name a file; characters, milliseconds and objects of one that was written badly.
    templates: {},
    // No filter here formats dates, and the first use of Intl, for a locale, takes 20 ms at each start.
    locale: 'en-US',
    parseLimit: 100_000,
    renderLimit: 1_000,
    memoryLimit: 1_000_000,
  }),
)

function onlyWith(liquid: Liquid): Liquid {
  for (const name of Object.keys(liquid.tags)) if (!tags.includes(name)) delete liquid.tags[name]
  for (const name of Object.keys(liquid.filters)) if (!filters.includes(name)) delete liquid.filters[name]
  return liquid
}

/** What a template can be filled with. Null: there is none, and `{% if … %}` says so. */
export type Words = string | readonly string[] | null

/** Null: it cannot be rendered. One that was checked can. */
export function rendered(template: string, values: Readonly<Record<string, Words>>): string | null {
  try {
    return String(engine.renderSync(engine.parse(template), { ...values }))
  } catch (error) {
    if (LiquidError.is(error)) return null
    throw error
  }
}

export type TemplateFault =
  /** Not Liquid, or a tag or a filter that there is not. `says`: of the parser, e.g. `undefined filter: date`. */
  | { is: 'syntax'; line: number; says: string }
  /** A name that was not given. */
  | { is: 'unknown'; line: number; name: string }
  /** Something within a variable that has no parts, e.g. `start.day`. */
  | { is: 'no-parts'; line: number; name: string; of: string }

/** Everything that is wrong with a template; `lists` are variables of several lines. Lines are counted from 1. */
export function faultsOf(
  template: string,
  { names, lists }: { names: readonly string[]; lists: readonly string[] },
): TemplateFault[] {
  try {
    return wrongNames(engine.parse(template), names, lists)
  } catch (error) {
    if (!LiquidError.is(error)) throw error
    return errorsOf(error).map((each) => ({
      is: 'syntax',
      line: each.token.getPosition()[0] ?? 1,
      says: saidBy(each),
    }))
  }
}

const errorsOf = (error: LiquidError): LiquidError[] =>
  'errors' in error && Array.isArray(error.errors) ? (error.errors as LiquidError[]) : [error]

/** The parser's own words, without the place that it adds to them. */
const saidBy = ({ originalError, message }: LiquidError): string =>
  originalError?.message ?? message.replace(/, line:\d+, col:\d+$/, '')

function wrongNames(
  template: Template[],
  names: readonly string[],
  lists: readonly string[],
): TemplateFault[] {
  return Object.entries(engine.analyzeSync(template, { partials: false }).globals).flatMap(([name, uses]) =>
    uses.flatMap((use): TemplateFault[] => {
      const line = use.location.row
      if (!names.includes(name)) return [{ is: 'unknown', line, name }]
      const [, part] = use.segments
      const isPart = typeof part === 'number' || ['size', 'first', 'last'].includes(String(part))
      if (part === undefined || (lists.includes(name) && isPart)) return []
      return [{ is: 'no-parts', line, name: use.toString(), of: name }]
    }),
  )
}
