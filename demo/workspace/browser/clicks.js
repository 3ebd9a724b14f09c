import { changeWorld, click, dismiss, say } from './api.js'
import { prepare } from './composer.js'
import { confirmed } from './confirm.js'
import { gather, valueOf } from './fields.js'
import { become, go, openThread } from './place.js'
import { store } from './store.js'
import { toggleTheme } from './theme.js'

/** What the page itself does, by the name in `data-do`. @type {Record<string, (target: HTMLElement) => void>} */
const doings = {
  theme: toggleTheme,
  sidebar: () => document.body.classList.toggle('sidebar-open'),
  become: (target) => become(target.dataset.who ?? store.me),
  go: (target) => go(target.dataset.channel ?? store.channel),
  thread: (target) => openThread(target.dataset.ts ?? null),
  letter: (target) => openThread(target.dataset.id ?? null),
  'close-thread': () => openThread(null),
  dismiss: (target) => void dismiss(store.me, store.channel, target.dataset.ts ?? ''),
  jump: (target) =>
    document
      .querySelector(`#messages [data-ts="${target.dataset.ts}"]`)
      ?.scrollIntoView({ block: 'center', behavior: 'smooth' }),
  world: (target) => void changeWorld(target.dataset.name ?? ''),
  guide(target) {
    const step = store.guide[Number(target.dataset.step)]
    become(step.who)
    const channel = [...store.conversations.values()].find((c) => c.name === 'migrations')
    if (channel) go(channel.id)
    if (step.type) prepare(step.type)
  },
}

document.addEventListener('click', (event) => {
  const target = /** @type {HTMLElement} */ (event.target)
  if (!target.closest('#sidebar, [data-do="sidebar"]')) document.body.classList.remove('sidebar-open')
  const doing = /** @type {HTMLElement | null} */ (target.closest('[data-do]'))
  const does = doings[doing?.dataset.do ?? '']
  if (doing && does) {
    event.preventDefault()
    return does(doing)
  }
  const button = /** @type {HTMLElement | null} */ (target.closest('button[data-action]'))
  if (button) void press(button, button.dataset.value)
  for (const open of document.querySelectorAll('details.overflow[open]'))
    if (!open.contains(target) || button) open.removeAttribute('open')
})

// A choice outside of an input block acts at once, as in Slack.
document.addEventListener('change', (event) => {
  const target = /** @type {HTMLElement} */ (event.target)
  const field = /** @type {HTMLElement | null} */ (target.closest('[data-action]'))
  if (field && !field.closest('.input')) void press(field, valueOf(field) ?? undefined)
})

/** @param {HTMLElement} control @param {string | string[]} [value] */
async function press(control, value) {
  const { block = '', action = '', confirm, url } = control.dataset
  const message = /** @type {HTMLElement | null} */ (control.closest('[data-ts]'))
  const modal = /** @type {HTMLElement | null} */ (control.closest('[data-modal]'))
  if (confirm && !(await confirmed(JSON.parse(confirm)))) return
  if (url) window.open(url, '_blank', 'noreferrer')
  const where = modal
    ? { modal: modal.dataset.modal, values: gather(modal) }
    : { channel: message?.dataset.channel, ts: message?.dataset.ts }
  control.classList.add('pressed')
  try {
    await click(store.me, where, block, action, value)
  } finally {
    control.classList.remove('pressed')
  }
}

document.addEventListener('submit', (event) => {
  const form = /** @type {HTMLFormElement} */ (event.target)
  if (!form.classList.contains('reply')) return
  event.preventDefault()
  const field = form.querySelector('textarea')
  if (!field?.value.trim() || !store.thread) return
  void say(store.me, store.channel, field.value.trim(), store.thread)
  field.value = ''
})

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && store.thread && !document.querySelector('dialog[open]')) openThread(null)
  if (
    event.target instanceof HTMLTextAreaElement &&
    event.target.closest('.reply') &&
    event.key === 'Enter' &&
    !event.shiftKey
  ) {
    event.preventDefault()
    event.target.form?.requestSubmit()
  }
  const chair = event.altKey ? store.people.filter((one) => !one.bot)[Number(event.key) - 1] : undefined
  if (chair) {
    event.preventDefault()
    become(chair.id)
  }
})
