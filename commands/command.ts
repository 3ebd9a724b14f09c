import type { ZodType } from 'zod'
import type pg from 'pg'
import type { Config } from '../src/config.ts'
import type { Identity } from '../src/domain/identity.ts'
import type { Caller, CommandRole, Directory } from '../src/domain/person.ts'
import type { Runbooks } from '../src/runbook/load.ts'
import type { Secrets } from '../src/runbook/secrets.ts'
import type { Form, View } from '../src/domain/view.ts'
import type { Result } from '../src/domain/result.ts'

/**
 * A slash command, a button, a modal and a terminal line are all one of these with an input. What only some of them need
 * (planning, the engines, reading times) they import when they are used: a command in a terminal starts sooner.
 */
export interface Command<Input> {
  name: string
  /** Other names that people may type, and that buttons of an earlier release have. */
  aliases?: readonly string[]
  /** One line, for help. */
  summary: string
  /** What to type, e.g. `plan add-security-enhancements`. */
  example: string
  /** Who may use it; checked again in the transaction of the effect. */
  role: CommandRole
  /** With this input it tells nothing of plans and runs: who has no role may do it, too. */
  tellsNothing?(input: Input): boolean
  /** It changes nothing: what was known of a person within the last minute is enough. */
  reads?: true
  /** Typed words to an input, which `input` then checks. */
  words(words: readonly string[]): unknown
  /** What a form's fields add to an input comes under their names. */
  input: ZodType<Input>
  /** What is still to be asked or confirmed. Undefined: nothing. */
  form?(house: House, caller: Caller, input: Input): Promise<Result<Asked<Input> | undefined>>
  /** Does it, and says what happened to the one who asked. Everything of a run goes to its channel besides. */
  handle(house: House, caller: Caller, input: Input): Promise<Result<Said>>
}

/** `input`: what the form was made from. `more`: it names only what is meant, and the command asks again with that. */
export interface Asked<Input> {
  form: Form
  input: Input
  more?: true
}

/** `run`: what was begun or gone on with, for whoever wants to watch it. */
export interface Said {
  view: View
  run?: string
}

/** A command whose input only itself knows: how a list of them is held. */
export type AnyCommand = Command<unknown>

/** Keeps a command's own type where it is written, and lets it stand in a list: its input is checked before every call. */
export const command = <Input>(definition: Command<Input>): AnyCommand => definition as AnyCommand

/** Whether somebody who types this means the command. */
export const isNamed = ({ name, aliases = [] }: AnyCommand, typed: string): boolean =>
  name === typed || aliases.includes(typed)

/** What commands work with. */
export interface House {
  pool: pg.Pool
  config: Config
  runbooks: Runbooks
  directory: Directory
  secrets: Secrets
  environment: Readonly<Record<string, string | undefined>>
  /** The bot's own database, which is never a target; null where its server cannot be asked. */
  ours: Identity | null
}
