import { draw, element, escape } from './draw.js'
import { face } from './faces.js'
import { drawGuide, followGuide } from './guide.js'
import { conversationsOf, mailbox, me, person, store } from './store.js'
import { mentionsOf, unread, unreadLetters } from './unread.js'

export function drawSidebar() {
  if (!store.me) return
  const mine = conversationsOf(store.me)
  draw(
    element('sidebar'),
    `<header class="team"><strong>${escape(store.team.name)}</strong>
      <button type="button" class="icon" data-do="theme" aria-label="Light or dark" title="Light or dark">◐</button></header>
    ${drawPeople()}
    <div class="scroll">
      <h2>Channels</h2><ul>${mine
        .filter((c) => c.kind === 'channel')
        .map(drawLink)
        .join('')}</ul>
      <h2>Direct messages</h2><ul>${mine
        .filter((c) => c.kind === 'direct')
        .map(drawLink)
        .join('')}</ul>
      <h2>Outside of Slack</h2><ul>${drawMailLink()}</ul>
      ${drawGuide()}
    </div>
    ${drawWorld()}`,
  )
  followGuide()
  const mentions = mentionsOf(store.me)
  document.title = `${mentions ? `(${mentions}) ` : ''}${store.team.name}`
}

/** Who acts: the demo has three chairs, and a mark where somebody is waited for. */
function drawPeople() {
  const chairs = store.people
    .filter((one) => !one.bot)
    .map((one, i) => {
      const waits = mentionsOf(one.id)
      const here = one.id === store.me
      return `<button type="button" class="chair" data-key="${one.id}" data-do="become" data-who="${one.id}" aria-pressed="${here}" title="Act as ${escape(one.realName)} (Alt+${i + 1})">
      ${face(one)}<span>${escape(one.realName.split(' ')[0])}</span>${waits && !here ? `<b class="badge" aria-label="${waits} unread">${waits}</b>` : ''}</button>`
    })
  return `<div class="people" role="group" aria-label="Act as"><div class="chairs">${chairs.join('')}</div>
    <p>You are <b>${escape(me().realName)}</b> · ${escape(me().title)}</p></div>`
}

/** @param {import('./store.js').Conversation} conversation */
function drawLink(conversation) {
  const { any, mentions } = unread(store.me, conversation.id)
  const here = conversation.id === store.channel
  const direct = conversation.kind === 'direct'
  const name = direct ? 'Lockkeeper' : conversation.name
  const sign = direct ? face(person('U0LOCKKEEP')) : '<span class="hash" aria-hidden="true">#</span>'
  const badge = mentions && !here ? `<b class="badge" aria-label="${mentions} for you">${mentions}</b>` : ''
  return `<li data-key="${conversation.id}"><a href="#/${conversation.id}" data-do="go" data-channel="${conversation.id}" class="${any && !here ? 'unread' : ''}"${here ? ' aria-current="page"' : ''}>${sign}<span>${escape(name)}</span>${badge}</a></li>`
}

/** Letters are for nobody who sits here: what is new there is counted, whoever looks. */
function drawMailLink() {
  const here = store.channel === mailbox
  const fresh = here ? 0 : unreadLetters()
  const badge = fresh ? `<b class="badge" aria-label="${fresh} new letters">${fresh}</b>` : ''
  return `<li data-key="${mailbox}"><a href="#/${mailbox}" data-do="go" data-channel="${mailbox}" class="${fresh ? 'unread' : ''}"${here ? ' aria-current="page"' : ''}><span class="hash" aria-hidden="true">✉</span><span>Mail</span>${badge}</a></li>`
}

/** How the application is doing that all of this is about. */
function drawWorld() {
  const world = store.world
  if (!world) return ''
  const up = world.healthy
  const writes = world.writes
    ? `${world.writes.acknowledged.toLocaleString('en')} writes acknowledged, ${world.writes.lost === 0 ? 'none lost' : `${world.writes.lost} lost`}`
    : 'Nobody can work in it.'
  const state = up ? `${escape(world.product)} is up` : `${escape(world.product)} is down`
  return `<footer class="world ${up ? 'up' : 'down'}"><p><span class="light" aria-hidden="true"></span><b>${state}</b> · ${world.release === 'after' ? 'new' : 'old'} release</p><p>${writes}</p>
    ${world.acts.map((/** @type {{ name: string, label: string, on: boolean }} */ act) => `<button type="button" data-do="world" data-name="${escape(act.name)}"${act.on ? ' aria-pressed="true"' : ''}>${escape(act.label)}</button>`).join('')}</footer>`
}
