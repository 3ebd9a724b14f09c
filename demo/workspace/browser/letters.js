import { draw, escape } from './draw.js'
import { envelope, invites, threadOf } from './mail.js'
import { store } from './store.js'
import { clock, dayName } from './time.js'

/** @typedef {import('./store.js').Letter} Letter */

let shown = ''

/** A letter, with those before and after it to the same address. @param {HTMLElement} pane */
export function drawLetters(pane) {
  const opened = store.letters.find(({ id }) => id === store.thread)
  const thread = opened ? threadOf(opened) : []
  draw(
    pane,
    `<header><h2>${thread.length > 1 ? `${thread.length} letters` : 'Letter'}</h2><button type="button" class="icon" data-do="close-thread" aria-label="Close letter">✕</button></header>
    <div class="thread-list letters">${thread.map((letter) => drawLetter(letter, thread)).join('') || '<p class="gone">This letter is not kept any more.</p>'}</div>`,
  )
  if (opened && shown !== opened.id)
    pane.querySelector(`[data-key="open-${opened.id}"]`)?.scrollIntoView({ block: 'start' })
  shown = opened?.id ?? ''
}

/** @param {Letter} letter @param {Letter[]} thread */
function drawLetter(letter, thread) {
  const answered = thread.find(({ messageId }) => messageId === letter.answers)
  const answers = letter.answers
    ? `<p class="answers">↩ Answers ${answered ? `the one of ${clock(new Date(answered.at))}: ${escape(answered.subject)}` : 'an earlier one'}</p>`
    : ''
  return `<article class="letter" data-key="open-${letter.id}"${letter.id === store.thread ? ' aria-current="true"' : ''}>
    <div class="letter-head">${envelope(letter.to)}<p><b>${escape(letter.to)}</b><small>from ${escape(letter.from)}</small></p><time datetime="${letter.at}">${clock(new Date(letter.at))}</time></div>
    <h3>${escape(letter.subject)}</h3>${answers}${letter.invitation ? drawInvitation(letter.invitation) : ''}
    <p class="letter-text">${escape(withoutSubject(letter))}</p></article>`
}

/** Its text begins with its subject, for readers of text alone. @param {Letter} letter */
const withoutSubject = ({ subject, text }) =>
  (text.startsWith(subject) ? text.slice(subject.length) : text).trim()

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric' })
const month = new Intl.DateTimeFormat('en-GB', { month: 'short' })

/** What a calendar makes of it, in the reader's own time. @param {NonNullable<Letter['invitation']>} invitation */
function drawInvitation(invitation) {
  const [start, end] = [new Date(invitation.start), new Date(invitation.end)]
  const cancelled = invitation.method === 'CANCEL'
  return `<div class="invitation${cancelled ? ' cancelled' : ''}"><span class="leaf" aria-hidden="true"><small>${month.format(start)}</small><b>${day.format(start)}</b></span>
    <p><b>${escape(invitation.summary)}</b><span>${dayName(start)}, ${clock(start)}–${clock(end)}, your time</span>
    <small>${invites(invitation)} · ${escape(invitation.method)}, sequence ${invitation.sequence}</small></p></div>`
}
