import { optionsOf, type Element, type Option } from '../blocks.ts'
import { people } from '../cast.ts'
import { drawText } from './library.ts'
import { escape } from './shelter.ts'

/**
 * Interactive elements as plain HTML controls. `data-block` and `data-action` name one; the page sends what was chosen.
 * `field`: the id that a label points to, where it stands in an input block.
 */
export function drawElement(element: Element, blockId: string, field = ''): string {
  const named = `data-block="${escape(blockId)}" data-action="${escape(element.action_id ?? '')}" data-type="${escape(element.type)}"${attribute('id', field)}${confirmOf(element)}`
  const initial = (name: string) => wordAt(element, `initial_${name}`)
  const focus = element['focus_on_load'] ? ' data-focus' : ''
  switch (element.type) {
    case 'button': {
      const style = element['style'] ? ` ${escape(wordAt(element, 'style'))}` : ''
      const label = attribute('aria-label', wordAt(element, 'accessibility_label'))
      const url = attribute('data-url', wordAt(element, 'url'))
      return `<button type="button" class="button${style}" ${named}${label}${url}>${escape(textOf(element['text']))}</button>`
    }
    case 'overflow': {
      const items = optionsOf(element).map(
        (o) =>
          `<button type="button" role="menuitem" ${named} data-value="${escape(o.value)}">${escape(o.text.text)}</button>`,
      )
      return `<details class="overflow"><summary class="button" aria-label="More actions">⋯</summary><div role="menu">${items.join('')}</div></details>`
    }
    case 'static_select':
    case 'multi_static_select': {
      const picked = [
        element['initial_option'],
        ...((element['initial_options'] as Option[] | undefined) ?? []),
      ].map((o) => (o as Option | undefined)?.value)
      const many = element.type === 'multi_static_select'
      const empty = many
        ? ''
        : `<option value="">${escape(textOf(element['placeholder']) || 'Choose one')}</option>`
      return `<select ${named}${many ? ' multiple' : ''}${focus}>${empty}${optionsOf(element)
        .map((o) => drawOption(o, picked))
        .join('')}</select>`
    }
    case 'users_select':
      return `<select ${named}${focus}><option value="">Choose a person</option>${people.map((p) => `<option value="${p.id}"${p.id === initial('user') ? ' selected' : ''}>@${p.name}</option>`).join('')}</select>`
    case 'checkboxes':
    case 'radio_buttons': {
      const picked = [
        element['initial_option'],
        ...((element['initial_options'] as Option[] | undefined) ?? []),
      ].map((o) => (o as Option | undefined)?.value)
      const type = element.type === 'checkboxes' ? 'checkbox' : 'radio'
      const name = escape(`${blockId}/${element.action_id ?? ''}`)
      const boxes = optionsOf(element).map((o) => {
        const about = o['description'] ? `<small>${drawOptionText(o['description'])}</small>` : ''
        return `<label class="tick"><input type="${type}" name="${name}" value="${escape(o.value)}"${picked.includes(o.value) ? ' checked' : ''}><span>${drawOptionText(o.text)}${about}</span></label>`
      })
      return `<div class="ticks" ${named}>${boxes.join('')}</div>`
    }
    case 'datepicker':
      return `<input type="date" ${named}${attribute('value', initial('date'))}${focus}>`
    case 'timepicker':
      return `<input type="time" ${named}${attribute('value', initial('time'))}${focus}>`
    case 'datetimepicker':
      return `<input type="datetime-local" ${named}${focus}>`
    default: {
      const placeholder = attribute('placeholder', textOf(element['placeholder']))
      if (element['multiline'])
        return `<textarea rows="4" ${named}${placeholder}${focus}>${escape(initial('value'))}</textarea>`
      const number = element.type === 'number_input' ? ' inputmode="decimal"' : ''
      return `<input type="text" autocomplete="off" spellcheck="false" ${named}${number}${placeholder}${attribute('value', initial('value'))}${focus}>`
    }
  }
}

const drawOption = (option: Option, picked: readonly (string | undefined)[]): string =>
  `<option value="${escape(option.value)}"${picked.includes(option.value) ? ' selected' : ''}>${escape(option.text.text)}</option>`

/** Only ticks and radio buttons may carry Slack's markup. */
const drawOptionText = (text: unknown): string =>
  (text as { type?: string } | undefined)?.type === 'mrkdwn' ? drawText(textOf(text)) : escape(textOf(text))

const wordAt = (element: Element, name: string): string => {
  const value = element[name]
  return typeof value === 'string' ? value : ''
}

const textOf = (text: unknown): string => (text as { text?: string } | undefined)?.text ?? ''

const attribute = (name: string, value: string): string => (value ? ` ${name}="${escape(value)}"` : '')

/** A question that the page asks before it sends the click. */
function confirmOf(element: Element): string {
  const confirm = element['confirm'] as Record<string, unknown> | undefined
  if (!confirm) return ''
  const asked = {
    title: textOf(confirm['title']),
    text: textOf(confirm['text']),
    confirm: textOf(confirm['confirm']) || 'Yes',
    deny: textOf(confirm['deny']) || 'Cancel',
    danger: confirm['style'] === 'danger',
  }
  return ` data-confirm="${escape(JSON.stringify(asked))}"`
}
