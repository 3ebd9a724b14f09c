import type { Outcome } from './outcome.ts'
import type { Problem } from './problem.ts'
import type { Done, Kind, Progress } from './step.ts'

/** What a run records and people are told: its strings are texts, but for the properties below. */
type Said = Outcome<Done[Kind]> | Progress | Problem

type ElementOf<T> = T extends readonly (infer E)[] ? ElementOf<E> : T

/** `true` where a string can only be one of several words of ours. */
type IsWord<T> = T extends string ? (string extends T ? never : true) : never

/** The properties, at any depth, that somewhere hold such a word. */
type WordProperties<T> =
  ElementOf<T> extends infer E
    ? E extends object
      ? {
          [K in keyof E]-?: (true extends IsWord<ElementOf<E[K]>> ? K : never) | WordProperties<E[K]>
        }[keyof E]
      : never
    : never

/** By these we tell one thing from another; a new one does not compile until it is here. */
const words: Record<WordProperties<Said>, true> = {
  as: true,
  at: true,
  because: true,
  besides: true,
  by: true,
  choice: true,
  choices: true,
  code: true,
  differs: true,
  doing: true,
  fate: true,
  is: true,
  level: true,
  state: true,
  status: true,
  unfit: true,
  unit: true,
  why: true,
}

// What a later step, a button or another look at the same thing compares.
const moments = ['backendStart', 'xactStart', 'began', 'deadline', 'since', 'stateSince']
const migrations = ['lastMigration', 'from', 'to', 'between', 'half', 'unknown']
const shapes = ['table', 'column', 'name', 'type', 'default', 'definition']
const places = ['systemIdentifier', 'database', 'host', 'backup', 'path', 'sha256', 'lsn']

const names: ReadonlySet<string> = new Set([...moments, ...migrations, ...shapes, ...places])

/** As all of ours are written. `why` and its kind hold sentences from outside, too. */
const isWord = /^[a-z]+(?:-[a-z]+)*$/

/**
 * Whether the string of a property is a word of ours or a name, never text from outside: taking a secret out of it
 * (`done`, `public`) would take away what it means.
 */
export const isOwn = (property: string, text: string): boolean =>
  names.has(property) || (Object.hasOwn(words, property) && isWord.test(text))
