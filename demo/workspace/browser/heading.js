import { draw, element, escape } from './draw.js'
import { clock, dateOf, worded } from './time.js'
import { store, visible } from './store.js'

export function drawHeading() {
  const conversation = store.conversations.get(store.channel)
  if (!conversation) return
  const direct = conversation.kind === 'direct'
  const sign = conversation.kind === 'channel' ? '<span aria-hidden="true">#</span> ' : ''
  draw(
    element('heading'),
    `<button type="button" class="icon menu" data-do="sidebar" aria-label="Conversations">☰</button>
    <h1>${sign}${escape(direct ? 'Lockkeeper' : conversation.name)}</h1>
    <p>${escape(direct ? 'Only the two of you see this.' : conversation.topic)}</p>
    ${store.connected ? '' : '<p class="away" role="status">Reconnecting…</p>'}`,
  )
}

/** What is pinned stays in sight while everything below it moves. */
export function drawPins() {
  const pins = visible(store.channel, store.me).filter((m) => m.pinned)
  draw(
    element('pins'),
    pins
      .map(
        (m) =>
          `<a class="pin" data-key="${m.ts}" href="#" data-do="jump" data-ts="${m.ts}"><span aria-hidden="true">📌</span><span class="line">${escape(firstLine(m))}</span><time>${clock(dateOf(m.ts))}</time></a>`,
      )
      .join(''),
  )
}

/** The state of a message, as its first block says it. @param {{ html: string, text: string }} message */
function firstLine({ html, text }) {
  const template = document.createElement('template')
  template.innerHTML = worded(html)
  const first = template.content.querySelector('p')?.textContent?.trim()
  return first || text.split('\n')[0] || ''
}
