import { markRead } from './unread.js'
import { changed, conversationsOf, me, store } from './store.js'

/**
 * Where the reader is, kept in the address: `?as=mei#/C0MIGRATE1/1763000000.000001` is mei in a channel with a thread
 * open. `/archives/CHANNEL/pTS` is what the bot's own links look like.
 */
let wanted = { as: '', channel: '', thread: '' }

export function readAddress() {
  const link = /^\/archives\/([A-Z0-9]+)(?:\/p(\d+)(\d{6}))?$/.exec(location.pathname)
  const search = new URLSearchParams(location.search)
  const [, channel = '', thread = ''] = location.hash.split('/')
  const linked = link?.[2] ? `${link[2]}.${link[3]}` : ''
  wanted = {
    as: search.get('as') ?? '',
    channel: channel || link?.[1] || '',
    thread: thread || search.get('thread_ts') || '',
  }
  if (linked)
    setTimeout(
      () =>
        document
          .querySelector(`[data-key="${wanted.channel}/${linked}"]`)
          ?.scrollIntoView({ block: 'center' }),
      400,
    )
}

/** Takes the place that the address asks for, once the server has told what there is. */
export function settle() {
  const as = store.people.find((person) => person.name === wanted.as && !person.bot)?.id
  store.me = as ?? (store.me || (store.people[0]?.id ?? ''))
  const mine = conversationsOf(store.me)
  const channel =
    mine.find((c) => c.id === (wanted.channel || store.channel)) ?? mine.find((c) => c.kind === 'channel')
  store.channel = channel?.id ?? ''
  store.thread = wanted.thread || store.thread
  wanted = { as: '', channel: '', thread: '' }
  remember()
}

/** @param {string} channel @param {string | null} [thread] */
export function go(channel, thread = null) {
  markRead(store.me, store.channel)
  store.channel = channel
  store.thread = thread
  document.body.classList.remove('sidebar-open')
  remember()
}

/** @param {string | null} thread */
export function openThread(thread) {
  store.thread = thread
  remember()
}

/** Somebody else takes the chair; a direct message is never theirs to read. @param {string} who */
export function become(who) {
  markRead(store.me, store.channel)
  store.me = who
  if (!store.conversations.get(store.channel)?.members.includes(who)) {
    store.channel = conversationsOf(who).find((c) => c.kind === 'channel')?.id ?? ''
    store.thread = null
  }
  document.body.classList.remove('sidebar-open')
  remember()
}

function remember() {
  const thread = store.thread ? `/${store.thread}` : ''
  history.replaceState(null, '', `/?as=${me().name}#/${store.channel}${thread}`)
  changed()
}

addEventListener('hashchange', () => {
  readAddress()
  settle()
})
