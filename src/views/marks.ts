import type { Instant } from '../domain/json.ts'
import { clock, code, dayAndClock, note, say, text, type Line, type View } from '../domain/view.ts'
import { joined } from './words/line.ts'

/** What is said about a message itself, not about what it tells. */
export interface Marks {
  /** It is sent long after this happened. */
  from?: Instant
  /** Nobody knows whether it was sent before. */
  twice?: boolean
}

/** Beside the channel that it is in: a link to it. */
export const itsMessage = 'its message'

export const twiceWords = '(may appear twice)'

/** The same view with its marks, where a reader meets them: right below the state. */
export function marked(view: View, marks: Marks, now: Instant): View {
  const said: Line[] = []
  if (marks.from)
    said.push(
      say`from ${isSameDay(marks.from, now) ? clock(marks.from) : dayAndClock(marks.from)}, sent late`,
    )
  if (marks.twice) said.push([twiceWords])
  return said.length ? { ...view, parts: [note(joined(said, ' · ')), ...view.parts] } : view
}

const isSameDay = (one: Instant, other: Instant): boolean => one.slice(0, 10) === other.slice(0, 10)

/** Below a message that Slack would not take in full. */
export const shortened = (files: readonly string[]): Line =>
  files.length
    ? say`Shortened here. In full: ${joined(files.map(code))} in the thread.`
    : say`Shortened here: there is more than one message holds.`

/** The same of a form, above its fields. */
export const formShortened = (inFull: Line | undefined): Line =>
  inFull ? say`Shortened here. In full: ${inFull}.` : say`Shortened here: a form of Slack holds no more.`

/** Instead of a form whose parts to be kept a modal does not hold. */
export const formTooLong = (inFull: Line | undefined): Line =>
  say`This form is longer than Slack shows, so it has no button here. ${inFull ? say`Use ${inFull}` : say`Use the same command in a terminal`}.`

/** In a modal, for the moment until it is filled. */
export const opening: View = { state: ['One moment…'], parts: [], actions: [] }

/** In a modal, between its button and what came of it. */
export const checking: View = {
  state: ['Checking…'],
  parts: [text(['This takes a moment. What comes of it is shown here.'])],
  actions: [],
}

/** Where an answer takes longer than somebody who typed would think. */
export const underWay: View = {
  state: ['Working on it.'],
  parts: [
    text([
      'It may take a minute where a project is built first. You need not wait here: what comes of it is told to you.',
    ]),
  ],
  actions: [],
}

/** Above a form that is shown again. */
export const lookAgain = (faults: readonly { field: string; why: string }[]): Line =>
  say`Please look again. ${joined(
    faults.map(({ why }) => [why.charAt(0).toUpperCase() + why.slice(1)]),
    ' ',
  )}`

/** A form that could not be opened by itself: Slack lets us do that within three seconds only. */
export const formWaits = (title: string): Line => say`${title} is ready to be filled in.`
