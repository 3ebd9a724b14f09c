/**
 * All that the server told, and where this reader stands in it. Every part of the page draws from here and is drawn
 * again when something changes.
 */

/** @typedef {{ channel: string, ts: string, user: string, text: string, html: string, threadTs: string | null, broadcast: boolean, edited: boolean, pinned: boolean, only: string | null, mentions: string[], files: { id: string, name: string, title: string, bytes: number }[] }} Message */
/** @typedef {{ id: string, messageId: string, answers: string | null, from: string, to: string, subject: string, text: string, at: string, invitation: { method: string, sequence: number, summary: string, start: string, end: string } | null }} Letter */
/** @typedef {{ id: string, name: string, kind: 'channel' | 'direct' | 'mail', topic: string, members: string[] }} Conversation */
/** @typedef {{ id: string, name: string, realName: string, title: string, bot: boolean }} Person */

/** Where letters are read: those to people outside of Slack, so it is nobody's and everybody sees it. */
export const mailbox = 'mail'

/** Letters that are kept, as on the server. */
const mostLetters = 200

export const store = {
  /** @type {Person[]} */ people: [],
  /** @type {Map<string, Conversation>} */ conversations: new Map(),
  /** @type {Map<string, Message>} */ messages: new Map(),
  /** The oldest first. @type {Letter[]} */ letters: [],
  /** @type {Record<string, any>} */ modals: {},
  /** @type {any} */ world: null,
  /** @type {any} */ guide: null,
  command: '/migrate',
  /** @type {{ words: string, says: string }[]} */ commands: [],
  team: { name: '' },
  connected: false,
  me: '',
  channel: '',
  /** @type {string | null} */ thread: null,
}

/** @type {(() => void)[]} */
const draws = []
let due = false

/** @param {() => void} draw */
export const onChange = (draw) => void draws.push(draw)

/** Draws once for all changes of one frame. */
export function changed() {
  if (due) return
  due = true
  requestAnimationFrame(() => {
    due = false
    for (const draw of draws) draw()
  })
}

/** @param {any} all */
export function takeSnapshot(all) {
  Object.assign(store, {
    people: all.people,
    conversations: new Map(
      [...all.conversations, mail(all.people)].map((/** @type {Conversation} */ c) => [c.id, c]),
    ),
    messages: new Map(all.messages.map((/** @type {Message} */ m) => [keyOf(m), m])),
    letters: all.letters,
    modals: all.modals,
    world: all.world,
    guide: all.guide,
    command: all.command,
    commands: all.commands,
    team: all.team,
    connected: true,
  })
  changed()
}

/** @param {Person[]} people @returns {Conversation} */
const mail = (people) => ({
  id: mailbox,
  name: 'Mail',
  kind: 'mail',
  topic: 'What people outside of Slack are told, by letter. The newest first.',
  members: people.map(({ id }) => id),
})

/** @param {any} change */
export function takeChange(change) {
  if (change.is === 'message') store.messages.set(keyOf(change.message), change.message)
  if (change.is === 'gone') store.messages.delete(keyOf(change))
  if (change.is === 'conversation') store.conversations.set(change.conversation.id, change.conversation)
  if (change.is === 'modal') store.modals = { ...store.modals, [change.person]: change.modal ?? undefined }
  if (change.is === 'letter') store.letters = [...store.letters, change.letter].slice(-mostLetters)
  if (change.is === 'world') store.world = change.world
  changed()
}

/** @param {{ channel: string, ts: string }} message */
export const keyOf = ({ channel, ts }) => `${channel}/${ts}`

export const me = () => person(store.me)

/** @param {string} id @returns {Person} */
export const person = (id) =>
  store.people.find((one) => one.id === id) ?? { id, name: id, realName: id, title: '', bot: false }

/** @param {string} who */
export const conversationsOf = (who) =>
  [...store.conversations.values()].filter((c) => c.members.includes(who))

/** What this person sees of a conversation, oldest first. @param {string} channel @param {string} who */
export const visible = (channel, who) =>
  [...store.messages.values()]
    .filter((m) => m.channel === channel && (m.only === null || m.only === who))
    .sort((a, b) => (a.ts < b.ts ? -1 : 1))

/** Messages of the conversation itself: replies stay in their thread unless they were sent to both. @param {Message} m */
export const inConversation = (m) => m.threadTs === null || m.threadTs === m.ts || m.broadcast

/** @param {string} channel @param {string} thread @param {string} who */
export const inThread = (channel, thread, who) =>
  visible(channel, who).filter((m) => m.ts === thread || m.threadTs === thread)
