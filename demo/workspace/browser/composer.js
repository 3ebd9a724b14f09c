import { say } from './api.js'
import { element, escape } from './draw.js'
import { completions } from './completion.js'
import { store } from './store.js'

const holder = element('composer')
holder.innerHTML = `<ul class="completions" id="completions" role="listbox" aria-label="Commands" hidden></ul>
  <form><textarea id="typed" rows="1" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="send" role="combobox" aria-expanded="false" aria-controls="completions" aria-label="Message"></textarea>
  <button class="button primary" aria-label="Send">Send</button></form>`

const typed = /** @type {HTMLTextAreaElement} */ (holder.querySelector('textarea'))
const list = element('completions')
const form = /** @type {HTMLFormElement} */ (holder.querySelector('form'))
let picked = -1

export function drawComposer() {
  const conversation = store.conversations.get(store.channel)
  holder.hidden = conversation?.kind === 'mail'
  typed.placeholder =
    conversation?.kind === 'direct'
      ? 'Message Lockkeeper'
      : `Message #${conversation?.name ?? ''}, or type ${store.command}`
}

/** Puts words there, ready to be sent. @param {string} words */
export function prepare(words) {
  typed.value = words
  typed.focus()
  fit()
  offer()
}

async function send() {
  const words = typed.value.trim()
  if (!words) return
  typed.value = ''
  offer()
  fit()
  try {
    await say(store.me, store.channel, words)
  } catch {
    prepare(words)
  }
}

function offer() {
  const found = completions(typed.value)
  picked = -1
  list.hidden = found.length === 0
  typed.setAttribute('aria-expanded', String(found.length > 0))
  list.innerHTML = found
    .map(
      (one, i) =>
        `<li role="option" id="completion-${i}" data-words="${escape(one.words)}"><b>${escape(one.words)}</b> <span>${escape(one.says)}</span></li>`,
    )
    .join('')
}

/** @param {number} index */
function pick(index) {
  const options = [...list.children]
  picked = (index + options.length) % options.length
  options.forEach((option, i) => option.setAttribute('aria-selected', String(i === picked)))
  typed.setAttribute('aria-activedescendant', `completion-${picked}`)
  options[picked]?.scrollIntoView({ block: 'nearest' })
}

/** @param {Element | undefined} option */
function take(option) {
  const words = option?.getAttribute('data-words')
  if (!words) return
  typed.value = `${words} `
  typed.focus()
  offer()
}

function fit() {
  typed.style.height = 'auto'
  typed.style.height = `${Math.min(typed.scrollHeight, 160)}px`
}

typed.addEventListener('input', () => {
  offer()
  fit()
})
typed.addEventListener('keydown', (event) => {
  const open = !list.hidden
  if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
    event.preventDefault()
    pick(event.key === 'ArrowDown' ? picked + 1 : picked < 0 ? -1 : picked - 1)
  } else if (open && (event.key === 'Tab' || (event.key === 'Enter' && picked >= 0))) {
    event.preventDefault()
    take(list.children[Math.max(picked, 0)])
  } else if (open && event.key === 'Escape') {
    list.hidden = true
  } else if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
    event.preventDefault()
    void send()
  }
})
list.addEventListener('mousedown', (event) => {
  event.preventDefault()
  take(/** @type {Element} */ (event.target).closest('li') ?? undefined)
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void send()
})
