import { draw, element } from './draw.js'
import { drawMessage } from './messages.js'
import { drawLetters } from './letters.js'
import { inThread, mailbox, store } from './store.js'

let shown = ''

export function drawThread() {
  const pane = element('thread')
  pane.hidden = !store.thread
  document.body.classList.toggle('thread-open', Boolean(store.thread))
  if (!store.thread) return void (shown = '')
  if (store.channel === mailbox) {
    drawLetters(pane)
    shown = store.thread
    return
  }
  const [first, ...replies] = inThread(store.channel, store.thread, store.me)
  const before = pane.querySelector('.thread-list')
  const atEnd = !before || before.scrollHeight - before.scrollTop - before.clientHeight < 120
  draw(
    pane,
    `<header><h2>Thread</h2><button type="button" class="icon" data-do="close-thread" aria-label="Close thread">✕</button></header>
    <div class="thread-list">${first ? drawMessage(first, { follows: false, inThread: true }) : ''}
    <div class="divider" data-key="count" role="separator"><span>${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}</span></div>
    ${replies.map((m) => drawMessage(m, { follows: false, inThread: true })).join('')}</div>
    <form class="reply" data-keep><textarea rows="1" aria-label="Reply" placeholder="Reply…"></textarea><button class="button primary" aria-label="Send reply">Send</button></form>`,
  )
  const list = pane.querySelector('.thread-list')
  // The whole story from its beginning when it is opened, the newest line while it grows.
  if (list && shown === store.thread && atEnd) list.scrollTop = list.scrollHeight
  shown = store.thread
}
