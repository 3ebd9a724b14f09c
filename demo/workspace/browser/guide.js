import { escape } from './draw.js'
import { person, store } from './store.js'

/**
 * What to do next, for somebody who sees this for the first time. A step is done when a message says so.
 * @typedef {{ who: string, says: string, type?: string, doneWhen: string }} Step
 */
export function drawGuide() {
  const steps = /** @type {Step[]} */ (store.guide ?? [])
  if (!steps.length) return ''
  const texts = [...store.messages.values()].map((m) => m.text).join('\n')
  const done = steps.map((step) => new RegExp(step.doneWhen).test(texts))
  const next = done.findLastIndex(Boolean) + 1
  const rows = steps.map((step, i) => {
    const who = person(step.who)
    const state = i < next ? 'past' : i === next ? 'next' : 'later'
    return `<li class="${state}"><button type="button" data-do="guide" data-step="${i}"><b>${escape(who.realName.split(' ')[0])}</b> ${escape(step.says)}</button></li>`
  })
  return `<section class="guide"><h2>Try this</h2><ol>${rows.join('')}</ol></section>`
}
