import type { Instant, Json } from './json.ts'
import type { Window } from './schedule.ts'

/** What people see, as data: Slack's renderer, the terminal's and plain text draw the same view. */
export interface View {
  /** Says the state to somebody who reads nothing else. */
  state: Line
  parts: Part[]
  actions: Action[]
  /** Long texts that belong to it: uploaded in Slack, named in the terminal. */
  files?: { name: string; title: string; content: string }[]
}

export type Line = readonly Inline[]

export type Inline =
  | string
  | { time: Instant; as: 'clock' | 'day and clock' }
  | Zoned
  | { person: string }
  | { role: string }
  /** `message`: the delivery there that is meant, by its key. `url`: where it is, once Slack has told. */
  | { channel: string; message?: string; url?: string }
  /** `terminal`: it begins with `lockkeeper`, which is called otherwise on many machines. */
  | { code: string; terminal?: true }
  | { bold: string }
  | { italic: string }

/** A time that people in several zones are told: as it is where it is meant, and in each reader's own zone. */
export type Zoned =
  | { window: Window; zone: Zone }
  | { moment: Instant; zone: Zone }
  /** The day alone. */
  | { day: Instant; zone: Zone }

/** An IANA time zone, and how people there call it. Without a name: as it is called in English at that moment. */
export interface Zone {
  id: string
  name?: string | undefined
}

/** `keep`: what a person attests or has to know. It is never shortened or left out; other parts give way to it. */
export type Part = { keep?: true } & (
  | { part: 'text'; line: Line }
  /** Numbers are written out, so that buttons and text can carry the same ones. */
  | { part: 'list'; numbered: boolean; items: Line[] }
  /** One row a step: a word before any symbol. */
  | { part: 'rows'; rows: Row[] }
  /** `exact`: a terminal adds nothing to it, so that it can be copied. */
  | { part: 'code'; text: string; exact?: true }
  /** Small print. */
  | { part: 'note'; line: Line }
)

export interface Row {
  word: RowWord
  line: Line
}

export type RowWord =
  | 'Done'
  | 'Now'
  | 'Not run'
  | 'Skipped'
  | 'Waits for you'
  | 'Failed'
  | 'Passed'
  | 'Warning'
  | 'Blocker'
  | 'Note'
  | 'Undone'

/** A button: a command with its input. In Slack it is kept under a nonce; the terminal shows the line to type. */
export interface Action {
  /** At most 20 characters. An ellipsis at the end: it opens a form. */
  label: string
  /** What it does, for screen readers, at most 75 characters. */
  says: string
  command: string
  input: Json
  style?: 'primary' | 'danger'
}

/** A modal in Slack, a prompt in the terminal. */
export interface Form {
  /** At most 24 characters. */
  title: string
  submit: string
  parts: Part[]
  fields: Field[]
  /** Buttons for what can be read before it is sent. */
  actions?: Action[]
  /** Nothing is done by it: another form follows. */
  more?: true
  /** Where all of it can be read, for whoever cannot show it in full. */
  inFull?: Line
}

export type Field = { name: string; label: string; hint?: string } & (
  | {
      kind: 'text'
      /** Typed like this, capitals and spaces around it aside. */ mustBe?: string
      optional?: boolean
    }
  | { kind: 'number' }
  | { kind: 'select'; options: Option[] }
  | { kind: 'ticks'; options: Option[] }
)

export type Option = { value: string; label: string; hint?: string }

/** A line from words and inline nodes; lines within are laid flat: ``say`down since ${clock(at)}` ``. */
export const say = (words: TemplateStringsArray, ...values: readonly (Inline | Line | number)[]): Line =>
  words.flatMap((word, i) => {
    const value = values[i]
    const inserted =
      value === undefined
        ? []
        : typeof value === 'number'
          ? [String(value)]
          : Array.isArray(value)
            ? value
            : [value]
    return [...(word ? [word] : []), ...inserted] as Inline[]
  })

export const clock = (time: Instant): Inline => ({ time, as: 'clock' })
export const dayAndClock = (time: Instant): Inline => ({ time, as: 'day and clock' })
export const person = (id: string): Inline => ({ person: id })
export const code = (text: string): Inline => ({ code: text })
export const bold = (text: string): Inline => ({ bold: text })
export const text = (line: Line): Part => ({ part: 'text', line })
export const note = (line: Line): Part => ({ part: 'note', line })
export const kept = (part: Part): Part => ({ ...part, keep: true })
