import { draw, element, escape } from './draw.js'
import { mailbox, store } from './store.js'
import { clock, dayName } from './time.js'
import { lettersReadUpTo, markRead } from './unread.js'

/** @typedef {import('./store.js').Letter} Letter */

let shown = false
/** How far letters had been read when the mailbox was opened: what came after is marked as new. */
let newFrom = ''

/** All letters, the newest first. */
export function drawMail() {
  const list = element('letters')
  list.hidden = store.channel !== mailbox
  if (list.hidden) return void (shown = false)
  if (!shown) newFrom = lettersReadUpTo()
  draw(list, store.letters.length ? drawAll() : drawEmpty())
  if (!shown) list.scrollTop = 0
  shown = true
  if (document.visibilityState === 'visible') markRead(store.me, mailbox)
}

function drawAll() {
  let day = ''
  return store.letters
    .toReversed()
    .map((letter) => {
      const today = dayName(new Date(letter.at))
      const divider =
        today === day
          ? ''
          : `<div class="divider" data-key="day-${today}" role="separator"><span>${today}</span></div>`
      day = today
      return divider + drawRow(letter)
    })
    .join('')
}

/** @param {Letter} letter */
function drawRow(letter) {
  const fresh = letter.at > newFrom
  const { length } = threadOf(letter)
  const marks = [
    ...(letter.answers ? ['<span>↩ Reply</span>'] : []),
    ...(letter.invitation ? [`<span>📅 ${invites(letter.invitation)}</span>`] : []),
    ...(length > 1 ? [`<b>${length} in its thread</b>`] : []),
  ]
  return `<button type="button" class="letter-row${fresh ? ' fresh' : ''}" data-key="letter-${letter.id}" data-do="letter" data-id="${letter.id}"${letter.id === store.thread ? ' aria-current="true"' : ''}>
    ${envelope(letter.to)}
    <span class="letter-words"><span class="letter-to"><span>${escape(letter.to)}</span><time datetime="${letter.at}">${clock(new Date(letter.at))}</time></span>
    <span class="letter-subject">${escape(letter.subject)}</span>
    <span class="letter-marks">${marks.join('')}</span></span></button>`
}

function drawEmpty() {
  return '<div class="empty" data-key="empty"><img src="/lock.svg" width="56" height="56" alt=""><h2>Mail</h2><p>Nobody got a letter yet. Schedule a migration: who is told by e-mail is told here.</p></div>'
}

/** The first letter of an address, in place of a face. @param {string} to */
export const envelope = (to) =>
  `<span class="face envelope" aria-hidden="true">${escape(to.slice(0, 1).toUpperCase())}</span>`

/** @param {NonNullable<Letter['invitation']>} invitation */
export const invites = ({ method, sequence }) => {
  if (method === 'CANCEL') return 'Takes it out of the calendar'
  return sequence ? 'Moves it in the calendar' : 'Invitation'
}

/** All of one schedule to one address, the oldest first. @param {Letter} letter */
export const threadOf = (letter) =>
  store.letters.filter((other) => other.to === letter.to && beginning(other) === beginning(letter))

/** @param {Letter} letter */
const beginning = ({ answers, messageId }) => answers ?? messageId
