import { asWritten } from '../yaml/guide.ts'
import { runbookJsonSchema } from './json-schema.ts'

interface Described {
  description?: string
  type?: string
  const?: unknown
  enum?: unknown[]
  default?: unknown
  examples?: unknown[]
  pattern?: string
  properties?: Record<string, Described>
  required?: string[]
  items?: Described
  prefixItems?: Described[]
  oneOf?: Described[]
  anyOf?: Described[]
  additionalProperties?: Described | boolean
}

/** Every key of a runbook as a Markdown list: how it is written, what it means, what holds without it. */
export function runbookReference(): string {
  return keysOf(runbookJsonSchema() as Described, '').join('\n')
}

function keysOf(schema: Described, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const path = prefix + key
    const required = schema.required?.includes(key) ?? false
    return [lineOf(path, value, required), ...within(value, path)]
  })
}

function within(value: Described, path: string): string[] {
  if (value.items?.properties) return keysOf(value.items, `${path}[].`)
  return [value, ...(value.oneOf ?? [])].flatMap((each) => keysOf(each, `${path}.`))
}

function lineOf(path: string, value: Described, required: boolean): string {
  const without = required
    ? '**required**'
    : value.default === undefined
      ? 'optional'
      : `default \`${JSON.stringify(value.default)}\``
  const shown = value.default !== undefined && isEmpty(value.default) ? 'optional' : without
  const example =
    value.examples?.length && value.default === undefined ? ` E.g. \`${asWritten(value.examples[0])}\`.` : ''
  const item = value.items?.description ? ` Each: ${lowerFirst(value.items.description)}` : ''
  return `- \`${path}\` (${[typeOf(value), shown].join(', ')}): ${value.description ?? ''}${item}${example}`
}

const isEmpty = (value: unknown): boolean => ['{}', '[]', 'null'].includes(JSON.stringify(value))

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

function typeOf(value: Described): string {
  const closed = value.enum ?? (value.const === undefined ? undefined : [value.const])
  if (closed) return closed.map((each) => `\`${String(each)}\``).join(' or ')
  if (value.prefixItems) return 'list of words'
  if (value.type === 'array') return value.items?.properties ? 'list of blocks' : 'list'
  if (value.properties ?? value.oneOf) return 'block'
  if (value.type === 'object') return 'names and values'
  if (value.type === 'integer') return 'whole number'
  if (value.type === 'boolean') return 'true or false'
  return value.type === 'string' ? 'text' : 'any value'
}
