import { LineCounter, isMap, isSeq, parseDocument, visit, type Document, type Node, type Pair } from 'yaml'
import type { z } from 'zod'
import { nearest } from '../nearest.ts'
import { looksSecret } from '../redaction.ts'
import { inOrder, type Fault } from './fault.ts'
import { syntaxFault } from './syntax.ts'
import { describeSchema, type SchemaGuide } from './guide.ts'

export type Path = readonly (string | number)[]

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
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const faultAt = (offset: number, key: string, what: string, remedy: string): Fault => {
    const { line, col } = lines.linePos(offset)
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), key, what, remedy }
  }
  const fault = (path: Path, what: string, remedy: string): Fault =>
    faultAt(offsetOf(document, path), keyOf(path), what, remedy)

  const syntax = document.errors.map((error) => {
    const [what, remedy] = syntaxFault(error.code)
    return faultAt(
      error.pos[0],
      error.code === 'DUPLICATE_KEY' ? keyAt(document, error.pos[0]) : '',
      what,
      remedy,
    )
  })
  // A key that stands twice leaves the rest readable; after any other error the parser guesses what was meant.
  const readable = document.errors.every((error) => error.code === 'DUPLICATE_KEY')
  if (!readable) return { value: null, faults: syntax, written: undefined, fault }

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
  const faults = inOrder([...syntax, ...certain, ...wrong.filter((found) => !certainKeys.has(found.key))])
  return { value: checked.success && faults.length === 0 ? checked.data : null, faults, written, fault }
}

type MakeFault = YamlFile<unknown>['fault']

function secretFaults(document: Document, fault: MakeFault): Fault[] {
  const found: Fault[] = []
  visit(document, {
    Scalar(_, scalar, ancestors) {
      const what = typeof scalar.value === 'string' ? looksSecret(scalar.value) : null
      if (what)
        found.push(
          fault(pathOf(ancestors as Node[], scalar), what, secretRemedy('write the name of that variable')),
        )
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
            pathOf(ancestors as Node[], scalar),
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

const pairOf = (node: unknown, key: string | number): Pair<Node, Node | null> | undefined =>
  isMap<Node, Node | null>(node) ? node.items.findLast((pair) => String(pair.key) === String(key)) : undefined

/** Where a key begins; a list's item where it begins itself; what is missing, where its parent does. */
function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents
  let offset = 0
  for (const part of path) {
    const pair = pairOf(node, part)
    const next = pair ?? (isSeq(node) ? node.items[Number(part)] : undefined)
    if (!next) return offset
    offset = startOf(pair ? pair.key : next) ?? offset
    node = pair ? pair.value : next
  }
  return offset
}

const startOf = (node: unknown): number | undefined => (node as Node | null)?.range?.[0]

function keyAt(document: Document, offset: number): string {
  let key = ''
  visit(document, {
    Pair(_, pair, ancestors) {
      if (startOf(pair.key) === offset)
        key = keyOf([...pathOf(ancestors as Node[], pair as unknown as Node), String(pair.key)])
    },
  })
  return key
}

/** The path to a node from its ancestors, outermost first. */
function pathOf(ancestors: readonly unknown[], node: unknown): Path {
  const chain = [...ancestors, node]
  return chain.flatMap((part, i): Path => {
    const inner = chain[i + 1]
    if (isSeq(part) && inner) return [part.items.indexOf(inner)]
    const pair = isMap(part) ? part.items.find((item) => item === inner) : undefined
    return pair && i + 2 < chain.length ? [String(pair.key)] : []
  })
}
