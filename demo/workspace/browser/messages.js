import { draw, element, escape } from './draw.js'
import { face } from './faces.js'
import { inConversation, inThread, mailbox, person, store, visible } from './store.js'
import { clock, dateOf, dayName, worded } from './time.js'
import { markRead, readUpTo, unread } from './unread.js'

/** Consecutive messages by one person within this time are drawn as one turn, in seconds. */
const sameTurn = 300

let shown = ''
/** How far this reader had read when the conversation was opened: where "New" is drawn. */
let newFrom = ''
/** Whether the newest line is in sight: then it stays so when lines come or the pane changes its size. */
let following = true

export function drawMessages() {
  const list = element('messages')
  list.hidden = store.channel === mailbox
  if (list.hidden) {
    element('newest').hidden = true
    shown = ''
    return
  }
  const messages = visible(store.channel, store.me).filter(inConversation)
  const opened = shown !== `${store.me}/${store.channel}`
  const atEnd = following
  if (opened) newFrom = unread(store.me, store.channel).any ? readUpTo(store.me, store.channel) : ''
  draw(list, messages.length ? drawAll(messages, newFrom) : drawEmpty())
  if (opened || atEnd) list.scrollTop = list.scrollHeight
  element('newest').hidden = opened || atEnd || list.scrollHeight - list.scrollTop - list.clientHeight < 120
  shown = `${store.me}/${store.channel}`
  if (document.visibilityState === 'visible') markRead(store.me, store.channel)
}

/** @param {import('./store.js').Message[]} messages @param {string} since */
function drawAll(messages, since) {
  let day = ''
  let marked = !since
  return messages
    .map((message, i) => {
      const before = messages[i - 1]
      const today = dayName(dateOf(message.ts))
      const divider =
        today === day
          ? ''
          : `<div class="divider" data-key="day-${today}" role="separator"><span>${today}</span></div>`
      day = today
      const fresh = !marked && message.ts > since && message.user !== store.me
      if (fresh) marked = true
      const line = fresh
        ? '<div class="divider new" data-key="new" role="separator"><span>New</span></div>'
        : ''
      const follows =
        !divider &&
        !fresh &&
        !message.broadcast &&
        before?.user === message.user &&
        before.only === message.only &&
        Number(message.ts) - Number(before.ts) < sameTurn &&
        !before.pinned
      return divider + line + drawMessage(message, { follows, inThread: false })
    })
    .join('')
}

/** @param {import('./store.js').Message} message @param {{ follows: boolean, inThread: boolean }} how */
export function drawMessage(message, how) {
  const author = person(message.user)
  const at = dateOf(message.ts)
  const app = author.bot ? '<span class="app">APP</span>' : ''
  const head = how.follows
    ? `<time class="aside">${clock(at)}</time>`
    : `<div class="head"><b class="author">${escape(author.realName)}</b>${app}<time datetime="${at.toISOString()}">${clock(at)}</time></div>`
  const classes = [
    'message',
    ...(how.follows ? ['follows'] : []),
    ...(message.only ? ['only'] : []),
    ...(message.pinned ? ['pinned'] : []),
  ]
  const only = message.only
    ? `<p class="only-you">Only visible to you · <button type="button" class="link" data-do="dismiss" data-ts="${message.ts}">Dismiss</button></p>`
    : ''
  const pinned =
    message.pinned && !how.inThread
      ? '<p class="pinned-mark"><span aria-hidden="true">📌</span> Pinned</p>'
      : ''
  const also =
    message.broadcast && !how.inThread
      ? `<p class="also">replied to a thread · <button type="button" class="link" data-do="thread" data-ts="${message.threadTs}">Open it</button></p>`
      : ''
  const edited = message.edited ? '<span class="edited"> (edited)</span>' : ''
  return `<article class="${classes.join(' ')}" data-key="${message.channel}/${message.ts}" data-channel="${message.channel}" data-ts="${message.ts}">
    ${how.follows ? '' : face(author)}
    <div class="body">${only}${pinned}${also}${head}<div class="content">${worded(message.html)}${edited}</div>${message.files.map(drawFile).join('')}${how.inThread ? '' : drawReplies(message)}</div>
  </article>`
}

/** @param {import('./store.js').Message['files'][number]} file */
const drawFile = (file) =>
  `<a class="file" href="/files-pri/${file.id}/${encodeURIComponent(file.name)}" target="_blank" rel="noreferrer"><span aria-hidden="true">📄</span><span><b>${escape(file.title || file.name)}</b><small>${escape(file.name)} · ${file.bytes < 1024 ? `${file.bytes} bytes` : `${(file.bytes / 1024).toFixed(1)} KB`}</small></span></a>`

/** @param {import('./store.js').Message} message */
function drawReplies(message) {
  const replies = inThread(message.channel, message.ts, store.me).filter((m) => m.ts !== message.ts)
  const last = replies.at(-1)
  if (!last) return ''
  const faces = [...new Set(replies.map((m) => m.user))].slice(0, 3).map((id) => face(person(id)))
  return `<button type="button" class="replies" data-do="thread" data-ts="${message.ts}"><span class="faces">${faces.join('')}</span><b>${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}</b><span>Last at ${clock(dateOf(last.ts))}</span></button>`
}

function drawEmpty() {
  const conversation = store.conversations.get(store.channel)
  if (!conversation) return ''
  const words =
    conversation.kind === 'direct'
      ? '<p>Lockkeeper writes to you here when it needs you.</p>'
      : `<p>Nothing has happened yet. Type <code>${escape(store.command)} help</code>, or begin with a plan.</p>`
  return `<div class="empty" data-key="empty"><img src="/lock.svg" width="56" height="56" alt=""><h2>${conversation.kind === 'direct' ? 'Lockkeeper' : `#${escape(conversation.name)}`}</h2>${words}</div>`
}

element('messages').addEventListener('scroll', () => {
  const list = element('messages')
  following = list.scrollHeight - list.scrollTop - list.clientHeight < 120
  if (following) element('newest').hidden = true
})
new ResizeObserver(
  () => following && element('messages').scrollTo({ top: element('messages').scrollHeight }),
).observe(element('messages'))
element('newest').addEventListener('click', () =>
  element('messages').scrollTo({ top: element('messages').scrollHeight, behavior: 'smooth' }),
)
