import type { Redact } from './redactor.ts'

/**
 * Says of a type of records which of their strings are ours: words by which we tell one thing from another, and names that
 * a later step compares. Taking a secret out of those (`done`, `public`) would take away what they mean. Every other
 * string may come from outside. A string whose type is one of several words has to be named here, or it does not compile.
 */
export type OursIn<T> =
  ElementOf<T> extends infer E ? ([E] extends [string] ? 'ours' : Fields<E> | ByTag<E>) : never

/** Of a list what it holds, at any depth, without null. */
type ElementOf<T> = T extends readonly (infer E)[] ? ElementOf<E> : T extends null | undefined ? never : T

type KeysOf<E> = E extends object ? keyof E : never
type ValueOf<E, K> = E extends object ? (K extends keyof E ? E[K] : never) : never

/** `true` where a type holds a string that can only be one of several words. */
type HoldsWord<T> =
  ElementOf<T> extends infer E
    ? E extends string
      ? string extends E
        ? never
        : true
      : E extends object
        ? { [K in keyof E]-?: HoldsWord<E[K]> }[keyof E]
        : never
    : never

type KeysWithWords<E> = { [K in KeysOf<E>]: true extends HoldsWord<ValueOf<E, K>> ? K : never }[KeysOf<E>]

type Fields<E> = { [K in KeysWithWords<E>]: OursIn<ValueOf<E, K>> } & {
  [K in KeysOf<E>]?: OursIn<ValueOf<E, K>>
}

/** A union whose members are told apart by the word in one property. */
class ByTag<in E> {
  readonly tag: string
  readonly of: Partial<Record<string, Shape>>
  // Holds the type, so that the shape of one union is not taken for that of another.
  declare readonly for: (value: E) => void
  constructor(tag: string, of: Partial<Record<string, Shape>>) {
    this.tag = tag
    this.of = of
  }
}

type Member<E, D extends string, C> = E extends Record<D, C> ? Omit<E, D> : never

type TagsOf<E, D extends string> = E extends Record<D, infer C extends string> ? C : never

type TagsWithWords<E, D extends string> = {
  [C in TagsOf<E, D>]: true extends HoldsWord<Member<E, D, C>> ? C : never
}[TagsOf<E, D>]

/** For each member of a union that is told apart by `tag`, what of it is ours, besides the tag itself. */
export const byTag =
  <E>() =>
  <D extends string>(
    tag: D,
    of: { [C in TagsWithWords<E, D>]: Fields<Member<E, D, C>> } & {
      [C in TagsOf<E, D>]?: Fields<Member<E, D, C>>
    },
  ): ByTag<E> =>
    new ByTag(tag, of as Partial<Record<string, Shape>>)

/** As it is looked at when the program runs. */
type Shape = 'ours' | ByTag<never> | { readonly [key: string]: Shape | undefined }

/** Takes secrets out of every text of a record. Names of properties stay, and so do the strings that are ours at their place. */
export const redactIn = <T>(redact: Redact, value: T, ours: OursIn<T>): T =>
  within(redact, value, ours as unknown as Shape) as T

function within(redact: Redact, value: unknown, shape: Shape | undefined): unknown {
  if (typeof value === 'string') return shape === 'ours' ? value : redact(value)
  if (Array.isArray(value)) return value.map((inner) => within(redact, inner, shape))
  if (typeof value !== 'object' || value === null) return value
  const fields = fieldsOf(value, shape)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, within(redact, inner, fields[key])]),
  )
}

function fieldsOf(value: object, shape: Shape | undefined): { readonly [key: string]: Shape | undefined } {
  if (shape === undefined || shape === 'ours') return {}
  if (!(shape instanceof ByTag)) return shape
  const tag = (value as Record<string, unknown>)[shape.tag]
  const fields = typeof tag === 'string' && Object.hasOwn(shape.of, tag) ? shape.of[tag] : undefined
  return { ...fieldsOf(value, fields), [shape.tag]: 'ours' }
}
