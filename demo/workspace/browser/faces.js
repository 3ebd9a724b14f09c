import { escape } from './draw.js'

/** @typedef {import('./store.js').Person} Person */

const hues = /** @type {Record<string, string>} */ ({
  asha: 'var(--asha)',
  dan: 'var(--dan)',
  mei: 'var(--mei)',
})

/** A picture of somebody: initials on their colour, the lock for the bot. @param {Person} person */
export function face(person) {
  if (person.name === 'lockkeeper') return '<img class="face" src="/lock.svg" alt="" width="36" height="36">'
  const initials = person.realName
    .split(' ')
    .map((word) => word[0])
    .join('')
    .slice(0, 2)
  return `<span class="face" aria-hidden="true" style="background:${hues[person.name] ?? 'var(--muted-strong)'}">${escape(initials)}</span>`
}
