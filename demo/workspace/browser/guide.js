import { element, escape } from './draw.js'
import { person, store } from './store.js'

/** Steps that were seen to be done: a modal is soon gone. @type {Set<number>} */
const seen = new Set()

/**
 * What to do next, for somebody who sees this for the first time. A step is done when a message or a modal says so.
 * @typedef {{ who: string, says: string, type?: string, doneWhen: string }} Step
 */
export function drawGuide() {
  const steps = /** @type {Step[]} */ (store.guide ?? [])
  if (!steps.length) return ''
  const texts = [
    ...[...store.messages.values()].map((m) => m.text),
    ...Object.values(store.modals).map((modal) => modal?.html),
  ].join('\n')
  for (const [i, step] of steps.entries()) if (new RegExp(step.doneWhen).test(texts)) seen.add(i)
  const next = Math.max(-1, ...seen) + 1
  const rows = steps.map((step, i) => {
    const who = person(step.who)
    const state = i < next ? 'past' : i === next ? 'next' : 'later'
    return `<li class="${state}"><button type="button" data-do="guide" data-step="${i}"><b>${escape(who.realName.split(' ')[0])}</b> ${escape(step.says)}</button></li>`
  })
  return `<section class="guide"><h2>Try this</h2><ol>${rows.join('')}</ol></section>`
}

let shown = -1

/** What is next comes into sight once it is: the list is longer than the side bar. */
export function followGuide() {
  const next = Math.max(-1, ...seen) + 1
  if (shown === next) return
  shown = next
  const step = element('sidebar').querySelector('.guide .next')
  const room = step?.closest('.scroll')
  if (!step || !room) return
  const below = step.getBoundingClientRect().bottom - room.getBoundingClientRect().bottom
  if (below > 0) room.scrollTop += below + 8
}
