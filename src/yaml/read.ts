import { LineCounter, parseDocument, visit, type Document } from 'yaml'
import type { z } from 'zod'
import { nearest } from '../nearest.ts'
import { looksSecret } from '../redaction/unknown-secrets.ts'
import { inOrder, type Fault } from './fault.ts'
import { keysTwice, offsetOf, pathOf, startOf, type Path } from './places.ts'
import { syntaxFault } from './syntax.ts'
import { describeSchema, type SchemaGuide } from './guide.ts'

export interface YamlFile<T> {
  /** Null where the file has faults. */
  value: T | null
  faults: Fault[]
  /** What stands there, unchecked; undefined where it is not YAML. */
  written: unknown
  /** A fault at a key of it, or at the nearest one above that exists. */
  fault: (path: Path, what: string, remedy: string) => Fault
}

/**
 * Reads a YAML file by a schema. All faults at once: those of YAML itself, keys twice or unknown, missing and wrong
 * values, secrets that stand in it, and values that a `#` cuts off.
 */
export function readYaml<S extends z.ZodType>(file: string, text: string, schema: S): YamlFile<z.output<S>> {
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    uniqueKeys: false,
  })
  const faultAt = (offset: number, key: string, what: string, remedy: string): Fault => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), key, what, remedy }
  }
  const fault = (path: Path, what: string, remedy: string): Fault =>
    faultAt(offsetOf(document, path), keyOf(path), what, remedy)

  if (document.errors.length > 0) {
    const faults = document.errors.map((error) => faultAt(error.pos[0], '', ...syntaxFault(error.code)))
    return { value: null, faults, written: undefined, fault }
  }
  // A key that stands twice leaves the rest readable; after any other error the parser guesses what was meant.
  const twice = keysTwice(document).map(({ key, path }) =>
    faultAt(startOf(key) ?? 0, keyOf(path), 'stands twice', 'Keep one of them.'),
  )

  if (hasTooManyAliases(document))
    return {
      value: null,
      faults: [faultAt(0, '', ...syntaxFault('TOO_MANY_ALIASES'))],
      written: undefined,
      fault,
    }
  const alias = brokenAlias(document)
  const written = alias === null ? asValue(document) : unresolved
  if (written === unresolved) {
    const [what, remedy] = syntaxFault('BAD_ALIAS')
    return { value: null, faults: [faultAt(alias ?? 0, '', what, remedy)], written: undefined, fault }
  }
  const certain = [...secretFaults(document, fault), ...cutFaults(document, fault)]
  const certainKeys = new Set(certain.map((found) => found.key))
  const checked = schema.safeParse(written)
  const wrong = checked.success ? [] : faultsOf(checked.error, written, describeSchema(schema), fault)
  const faults = inOrder([...twice, ...certain, ...wrong.filter((found) => !certainKeys.has(found.key))])
  return { value: checked.success && faults.length === 0 ? checked.data : null, faults, written, fault }
}

type MakeFault = YamlFile<unknown>['fault']

function secretFaults(document: Document, fault: MakeFault): Fault[] {
  const found: Fault[] = []
  visit(document, {
    Scalar(_, scalar, ancestors) {
      const what = typeof scalar.value === 'string' ? looksSecret(scalar.value) : null
      if (what)
        found.push(fault(pathOf(ancestors, scalar), what, secretRemedy('write the name of that variable')))
    },
  })
  return found
}

/** Behind a space `#` begins a comment, so a channel's name and what follows it are silently no part of a value. */
function cutFaults(document: Document, fault: MakeFault): Fault[] {
  const found: Fault[] = []
  visit(document, {
    Scalar(_, scalar, ancestors) {
      const [cut] = scalar.comment?.split('\n') ?? []
      if (cut && /^\S/.test(cut))
        found.push(
          fault(
            pathOf(ancestors, scalar),
            `ends before #${cut}, which is a comment in YAML`,
            'Put the value in quotes; or, if it is a comment, a space behind the #.',
          ),
        )
    },
  })
  return found
}

const unresolved = Symbol('unresolved')

/** The file as a value. Aliases that unfold without end are refused by the parser, which throws. */
function asValue(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    if (error instanceof ReferenceError) return unresolved
    throw error
  }
}

/** Each one is looked up in the whole file. More of them are more than a person writes. */
const mostAliases = 100

const hasTooManyAliases = (document: Document): boolean => {
  let aliases = 0
  visit(document, { Alias: () => void aliases++ })
  return aliases > mostAliases
}

/** Where the first alias begins that names nothing, or something that holds it itself. */
function brokenAlias(document: Document): number | null {
  let offset: number | null = null
  visit(document, {
    Alias(_, alias, ancestors) {
      const named = alias.resolve(document)
      if (named && !ancestors.includes(named)) return undefined
      offset = startOf(alias) ?? 0
      return visit.BREAK
    },
  })
  return offset
}

/** Where a secret stands in a file; `instead`: what is written there in its place. */
export const secretRemedy = (instead: string): string =>
  `Take it out and change it, since whoever reads the file knows it. Put the new one into an environment variable and ${instead}.`

const faultsOf = (error: z.ZodError, written: unknown, guide: SchemaGuide, fault: MakeFault): Fault[] =>
  error.issues.flatMap((issue) => faultsOfIssue(issue, written, guide, fault))

function faultsOfIssue(
  issue: z.core.$ZodIssue,
  written: unknown,
  guide: SchemaGuide,
  fault: MakeFault,
): Fault[] {
  const path = issue.path as Path
  if (issue.code === 'unrecognized_keys') {
    const known = guide.keys(path)
    return issue.keys.map((key) => {
      const meant = nearest(key, known)
      return fault(
        [...path, key],
        'is not a key that is known here',
        meant ? `Did you mean \`${meant}\`?` : `Known are: ${known.join(', ')}.`,
      )
    })
  }
  const value = path.reduce<unknown>(
    (within, key) => (within as Record<string | number, unknown> | undefined)?.[key],
    written,
  )
  const { means, example, allowed } = guide.about(path)
  const remedy =
    [example && `Write for example ${example}.`, means].filter(Boolean).join(' ') ||
    'Correct it, or remove it.'
  if (value === undefined) return [fault(path, 'is missing', remedy)]
  if (allowed.length > 0) {
    const meant = typeof value === 'string' ? nearest(value, allowed) : null
    return [fault(path, `is not one of ${allowed.join(', ')}`, meant ? `Did you mean \`${meant}\`?` : means)]
  }
  if (issue.code === 'invalid_type')
    return [
      fault(path, `is ${kindOf(value)}, and must be ${words[issue.expected] ?? issue.expected}`, remedy),
    ]
  if (issue.code === 'too_small')
    return [fault(path, isOwn(issue.message) ? issue.message : `is less than ${issue.minimum}`, remedy)]
  if (issue.code === 'too_big') return [fault(path, `is more than ${issue.maximum}`, remedy)]
  return [fault(path, isOwn(issue.message) ? issue.message : 'is not what is expected here', remedy)]
}

/** The schemas' own messages continue a sentence; zod's begin one. */
const isOwn = (message: string): boolean => /^[a-z]/.test(message)

const words: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a block of keys',
  record: 'a block of keys',
}

function kindOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  return words[typeof value] ?? typeof value
}

export const keyOf = (path: Path): string =>
  path.reduce<string>(
    (key, part) => (typeof part === 'number' ? `${key}[${part}]` : key ? `${key}.${part}` : part),
    '',
  )
