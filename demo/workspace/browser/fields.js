/**
 * What stands in the fields below an element, by block and action: text, an option's value, those of several, or null.
 * @param {HTMLElement} root @returns {Record<string, Record<string, string | string[] | null>>}
 */
export function gather(root) {
  /** @type {Record<string, Record<string, string | string[] | null>>} */
  const values = {}
  for (const field of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll('[data-action]'))) {
    if (field.matches('button')) continue
    const { block = '', action = '' } = field.dataset
    values[block] = { ...values[block], [action]: valueOf(field) }
  }
  return values
}

/** @param {HTMLElement} field */
export function valueOf(field) {
  const ticked = [
    .../** @type {NodeListOf<HTMLInputElement>} */ (field.querySelectorAll('input:checked')),
  ].map((input) => input.value)
  if (field.dataset.type === 'checkboxes') return ticked
  if (field.dataset.type === 'radio_buttons') return ticked[0] ?? null
  if (field instanceof HTMLSelectElement && field.multiple)
    return [...field.selectedOptions].map((option) => option.value)
  return /** @type {HTMLInputElement} */ (field).value || null
}
