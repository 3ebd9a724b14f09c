import type { Json } from './json.ts'
import type { Caller } from './person.ts'
import type { Form, View } from './view.ts'

/**
 * Where people's requests arrive, whatever they were made with. It checks roles itself, live, in the transaction of the
 * effect; what calls it has made sure of nothing but who asks.
 */
export interface Desk {
  /** Whether this command may ask something back. Known without any I/O: Slack's right to open a modal lives 3 s. */
  opensForm(command: string): boolean
  /** Typed words, the command first; none at all is a request for help. Quotes and dashes are plain ones. */
  typed(caller: Caller, words: readonly string[]): Promise<Reply>
  /** A button, which is a command with an input. */
  pressed(caller: Caller, command: string, input: Json): Promise<Reply>
  /** A form, filled in. Comes from `Reply.form` with the same command and input. */
  submitted(caller: Caller, command: string, input: Json, values: FormValues): Promise<Reply>
}

/** By the name of a field: what was typed or picked, and for `ticks` all that is ticked. Numbers come as typed. */
export type FormValues = Readonly<Record<string, string | readonly string[]>>

export type Reply =
  | { form: Form; command: string; input: Json }
  /** `run`: what was begun or gone on with, for whoever wants to watch it. `refused`: nothing was done. */
  | { view: View; run?: string; refused?: true }
  /** Of a form that was filled in: it is shown again with these. */
  | { faults: readonly FieldFault[] }

/** `why` is for people; `field` is the name of a field of the form. */
export type FieldFault = { field: string; why: string }
