import type { About } from '../../domain/notice.ts'
import type { Runbook } from '../../domain/runbook.ts'
import { bold, say, text, type Line, type Part } from '../../domain/view.ts'
import { durationWords, type Times } from './values.ts'

/** An announcement in our own words, for people who do not know what a migration is. */
export interface Announced {
  state: Line
  parts: Part[]
}

/** Where the runbook has none of its own. */
export function ownWords(about: About, runbook: Runbook, times: Times): Announced {
  const { product } = runbook
  switch (about.is) {
    case 'ahead':
      return {
        state: say`${bold(`${product} will be unavailable on`)} ${times.window}`,
        parts: [text([`For ${durationWords(runbook)}. Please save your work before.`])],
      }
    case 'start':
      return {
        state: say`${bold(`${product} is unavailable${about.takenBack ? ' once more' : ''}`)} since ${times.since}`,
        parts: [
          ...(about.takenBack ? [text(['A change that was made before is taken back.'])] : []),
          text(say`Expected back by ${times.end}. You are told when it is.`),
        ],
      }
    case 'end':
      return {
        state: say`${bold(`${product} is available`)} since ${times.since}`,
        parts: [text(['You can go on working. If you are asked to, sign in once more.'])],
      }
    case 'unchanged':
      return {
        state: say`${bold(`${product} is available; ${unmade(about)}.`)}`,
        parts: [text([about.unsure ? 'You can go on working.' : 'Nothing to do.'])],
      }
    case 'moved':
      return { state: say`${moved(product, times)}, not ${times.was}`, parts: [] }
    case 'called-off':
      return { state: calledOff(product, times), parts: whyOff(about) }
    case 'overrun':
      return {
        state: say`${bold(`${product} is still unavailable.`)} Next news by ${times.news}, even if nothing changed`,
        parts: about.says ? [text([about.says])] : [],
      }
  }
}

/** What is true now, where something else stood before. */
export function trueNow(about: About, product: string, times: Times): Line {
  switch (about.is) {
    case 'ahead':
    case 'moved':
      return moved(product, times)
    case 'start':
      return say`${bold(`Begun: ${product} is unavailable`)} since ${times.since}`
    case 'end':
      return say`${bold(`Over: ${product} is available again`)} since ${times.since}`
    case 'unchanged':
      return say`${bold(`Over: ${product} is available again; ${unmade(about)}`)}`
    case 'called-off':
      return calledOff(product, times)
    case 'overrun':
      return say`${bold(`${product} is still unavailable.`)} Next news by ${times.news}`
  }
}

function unmade({ takenBack, unsure }: About & { is: 'unchanged' }): string {
  if (unsure) return 'whether the change was made is still looked at'
  return takenBack ? 'the change was taken back' : 'the change was not made'
}

const moved = (product: string, { window }: Times): Line =>
  say`${bold(`Moved: ${product} is unavailable on`)} ${window}`

const calledOff = (product: string, { date }: Times): Line =>
  say`${bold(`Called off: ${product} stays available on`)} ${date}`

function whyOff({ reason, missed }: About & { is: 'called-off' }): Part[] {
  if (reason) return [text([`Why: ${reason}`])]
  return [
    text([
      missed ? 'It did not take place. A new time is announced before anything happens.' : 'Nothing to do.',
    ]),
  ]
}
