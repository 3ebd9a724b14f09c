import { draw, element, escape } from './draw.js'

const dialog = /** @type {HTMLDialogElement} */ (element('confirm'))

/**
 * Asks what an element wants asked before its click goes out. True: go on.
 * @param {{ title: string, text: string, confirm: string, deny: string, danger: boolean }} asked
 * @returns {Promise<boolean>}
 */
export function confirmed(asked) {
  draw(
    dialog,
    `<form method="dialog"><header><h2>${escape(asked.title)}</h2></header><div class="fields"><p>${escape(asked.text)}</p></div>
    <footer><button class="button" value="no" autofocus>${escape(asked.deny)}</button><button class="button ${asked.danger ? 'danger' : 'primary'}" value="yes">${escape(asked.confirm)}</button></footer></form>`,
  )
  dialog.returnValue = 'no'
  dialog.showModal()
  return new Promise((answer) =>
    dialog.addEventListener('close', () => answer(dialog.returnValue === 'yes'), { once: true }),
  )
}
