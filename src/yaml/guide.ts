import { stringify } from 'yaml'
import { z } from 'zod'

/** What a schema says about the places in it, for people who filled one in wrongly. */
export interface SchemaGuide {
  keys(path: Path): string[]
  about(path: Path): { means: string; example: string; allowed: string[] }
}

type Path = readonly (string | number)[]

interface JsonSchema {
  $ref?: string
  $defs?: Record<string, JsonSchema>
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  additionalProperties?: JsonSchema | boolean
  items?: JsonSchema | boolean
  prefixItems?: JsonSchema[]
  const?: unknown
  enum?: unknown[]
  description?: string
  examples?: unknown[]
}

/** Reads it from the schema's JSON form, which is plain data and holds every description and example. */
export function describeSchema(schema: z.ZodType): SchemaGuide {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema
  const at = (path: Path): JsonSchema[] =>
    path.reduce<JsonSchema[]>(
      (schemas, part) => schemas.flatMap((each) => alternatives(inner(each, part))),
      alternatives(root),
    )
  return {
    keys: (path) => [...new Set(at(path).flatMap((each) => Object.keys(each.properties ?? {})))],
    about(path) {
      const here = at(path)
      const examples = here.flatMap((each) => each.examples ?? [])
      const closed = here.length > 0 && here.every((each) => each.enum ?? 'const' in each)
      return {
        means: here.find((each) => each.description)?.description ?? '',
        example: examples.length ? `\`${asWritten(examples[0])}\`` : '',
        allowed: closed ? here.flatMap((each) => each.enum ?? [each.const]).map(String) : [],
      }
    },
  }
}

/** A value as it has to be written in YAML, on one line: with quotes where it needs them, as `'#migrations'` does. */
export const asWritten = (value: unknown): string =>
  stringify(value, { singleQuote: true, collectionStyle: 'flow', lineWidth: 0 }).trim()

function inner(schema: JsonSchema, part: string | number): JsonSchema | undefined {
  if (typeof part === 'number') return schema.prefixItems?.[part] ?? asSchema(schema.items)
  return schema.properties?.[part] ?? asSchema(schema.additionalProperties)
}

const asSchema = (schema: JsonSchema | boolean | undefined): JsonSchema | undefined =>
  typeof schema === 'object' ? schema : undefined

/** What may stand here; a description of the whole stays with each alternative that has none. */
function alternatives(schema: JsonSchema | undefined): JsonSchema[] {
  if (!schema) return []
  const options = schema.oneOf ?? schema.anyOf
  if (!options) return [schema]
  return options
    .flatMap(alternatives)
    .map((option) => ({ ...(schema.description ? { description: schema.description } : {}), ...option }))
}
