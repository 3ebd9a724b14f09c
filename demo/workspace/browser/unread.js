import { conversationsOf, mailbox, store, visible } from './store.js'

/**
 * How far each person has read each conversation. Kept for this browser tab: the demo begins anew with every start.
 * @type {Record<string, Record<string, string>>}
 */
const read = JSON.parse(sessionStorage.getItem('read') ?? '{}')

/** @param {string} who @param {string} channel */
export function markRead(who, channel) {
  if (channel === mailbox) return markLettersRead()
  const newest = visible(channel, who).at(-1)?.ts
  if (!newest || (read[who]?.[channel] ?? '') >= newest) return
  read[who] = { ...read[who], [channel]: newest }
  sessionStorage.setItem('read', JSON.stringify(read))
}

/** Letters are read by whoever sits here, on whatever chair. */
function markLettersRead() {
  const newest = store.letters.at(-1)?.at
  if (!newest || lettersReadUpTo() >= newest) return
  read[mailbox] = { [mailbox]: newest }
  sessionStorage.setItem('read', JSON.stringify(read))
}

export const lettersReadUpTo = () => read[mailbox]?.[mailbox] ?? ''

export const unreadLetters = () => store.letters.filter(({ at }) => at > lettersReadUpTo()).length

/**
 * What is new to a person in a conversation. In a channel only what names them counts; anything in a direct message does.
 * @param {string} who @param {string} channel
 */
export function unread(who, channel) {
  const since = read[who]?.[channel] ?? ''
  const direct = store.conversations.get(channel)?.kind === 'direct'
  const fresh = visible(channel, who).filter((m) => m.ts > since && m.user !== who)
  return { any: fresh.length > 0, mentions: fresh.filter((m) => direct || m.mentions.includes(who)).length }
}

/** @param {string} who */
export const mentionsOf = (who) =>
  conversationsOf(who).reduce((sum, c) => sum + unread(who, c.id).mentions, 0)

/** @param {string} who @param {string} channel */
export const readUpTo = (who, channel) => read[who]?.[channel] ?? ''
