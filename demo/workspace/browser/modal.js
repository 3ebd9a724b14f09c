import { close, submit } from './api.js'
import { draw, element, escape } from './draw.js'
import { store } from './store.js'
import { worded } from './time.js'
import { gather } from './fields.js'

const dialog = /** @type {HTMLDialogElement} */ (element('modal'))
let shown = ''

/** The modal that this person has open. Its fields keep what was typed while the app changes the rest. */
export function drawModal() {
  const modal = store.modals[store.me]
  if (!modal) {
    shown = ''
    return dialog.close()
  }
  const fresh = shown !== modal.id
  if (fresh) dialog.replaceChildren()
  const fault = modal.errors['']
  draw(
    dialog,
    `<form method="dialog" data-modal="${modal.id}" novalidate><header><img src="/lock.svg" width="24" height="24" alt=""><h2 id="modal-title">${escape(modal.title)}</h2>
      <button type="button" class="icon" data-do="close-modal" aria-label="Close">✕</button></header>
    <div class="fields">${worded(modal.html)}</div>${fault ? `<p class="error" role="alert">${escape(fault)}</p>` : ''}
    <footer><button type="button" class="button" data-do="close-modal">${escape(modal.close)}</button>${modal.submit ? `<button class="button primary" data-do="submit-modal">${escape(modal.submit)}</button>` : ''}</footer></form>`,
  )
  dialog.setAttribute('aria-labelledby', 'modal-title')
  for (const input of dialog.querySelectorAll('.input')) {
    const says = modal.errors[/** @type {HTMLElement} */ (input).dataset.block ?? '']
    input.classList.toggle('wrong', Boolean(says))
    const place = input.querySelector('.error')
    if (place) place.textContent = says ?? ''
  }
  if (!dialog.open) dialog.showModal()
  const field = /** @type {HTMLElement | null} */ (
    dialog.querySelector('.input.wrong input, .input.wrong textarea, [data-focus]') ??
    (fresh ? dialog.querySelector('.input input, .input select, .input textarea, footer button') : null)
  )
  if (fresh || Object.keys(modal.errors).length) field?.focus()
  shown = modal.id
}

async function send() {
  const modal = store.modals[store.me]
  if (!modal?.submit) return
  const missing = [...dialog.querySelectorAll('.input[data-needed]')].filter((input) => isEmpty(input))
  for (const input of dialog.querySelectorAll('.input'))
    input.classList.toggle('wrong', missing.includes(input))
  for (const input of missing) {
    const place = input.querySelector('.error')
    if (place) place.textContent = 'Please complete this required field.'
  }
  if (missing.length)
    return /** @type {HTMLElement | null} */ (missing[0]?.querySelector('input, select, textarea'))?.focus()
  const button = dialog.querySelector('[data-do="submit-modal"]')
  button?.setAttribute('disabled', '')
  try {
    await submit(store.me, modal.id, gather(dialog))
  } finally {
    button?.removeAttribute('disabled')
  }
}

/** @param {Element} input */
function isEmpty(input) {
  const values = Object.values(gather(/** @type {HTMLElement} */ (input))).flatMap((actions) =>
    Object.values(actions),
  )
  return values.every(
    (value) => value === null || value === '' || (Array.isArray(value) && value.length === 0),
  )
}

dialog.addEventListener('submit', (event) => {
  event.preventDefault()
  void send()
})
dialog.addEventListener('cancel', (event) => {
  event.preventDefault()
  closeTop()
})
dialog.addEventListener('click', (event) => {
  if (/** @type {Element} */ (event.target).closest('[data-do="close-modal"]')) closeTop()
})

function closeTop() {
  const modal = store.modals[store.me]
  if (modal) void close(store.me, modal.id)
}
