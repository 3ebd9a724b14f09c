import type pg from 'pg'
import type { ZodType } from 'zod'
import type { Config } from '../src/config.ts'
import type { Caller, CommandRole, Directory } from '../src/domain/person.ts'
import type { Form, View } from '../src/domain/view.ts'
import type { Log } from '../src/log.ts'

/** A slash command, a button, a modal and a terminal line are all one of these with an input. */
export interface Command<Input> {
  name: string
  /** One line, for help. */
  summary: string
  /** What to type, e.g. `plan add-security-enhancements`. */
  example: string
  /** Who may use it; checked again in the transaction of the effect. */
  role: CommandRole
  /** Typed words to an input that `input` then checks. */
  words(words: readonly string[]): unknown
  input: ZodType<Input>
  /** What is still to be asked, from what is given; undefined: nothing. Shown again with `faults` when they are wrong. */
  form?(house: House, caller: Caller, input: Input): Promise<Form | View | undefined>
  /** Does it, and says what happened to the one who asked. Everything of a run goes to its channel besides. */
  handle(house: House, caller: Caller, input: Input): Promise<View>
}

/** What commands work with. */
export interface House {
  store: pg.Pool
  config: Config
  directory: Directory
  environment: Readonly<Record<string, string | undefined>>
  log: Log
}
