import { interactive, optionsOf, type Block, type Element, type Option } from './blocks.ts'

/** What the page sends of a field: text, the value of an option, those of several, or nothing. */
export type Typed = string | string[] | null

/** What was typed and chosen, in the shape that Slack sends of each kind of element. */
export function stateOf(
  blocks: readonly Block[],
  values: Record<string, Record<string, Typed>>,
): Record<string, Record<string, object>> {
  const state: Record<string, Record<string, object>> = {}
  for (const { block, element } of interactive(blocks)) {
    if (element.type === 'button' || element.type === 'overflow') continue
    const blockId = block.block_id ?? ''
    const typed = values[blockId]?.[element.action_id ?? '']
    state[blockId] = {
      ...state[blockId],
      [element.action_id ?? '']: { type: element.type, ...chosen(element, typed) },
    }
  }
  return state
}

/** The part of an action or a state value that tells what was chosen. Undefined: nobody touched it. */
export function chosen(element: Element, typed: Typed | undefined): object {
  const option = (value: Typed | undefined): Option | null =>
    optionsOf(element).find((one) => one.value === value) ?? null
  switch (element.type) {
    case 'button':
      return element['value'] === undefined ? {} : { value: element['value'] }
    case 'static_select':
    case 'radio_buttons':
    case 'overflow':
      return {
        selected_option: option(
          typed === undefined ? (element['initial_option'] as Option | undefined)?.value : typed,
        ),
      }
    case 'checkboxes':
    case 'multi_static_select': {
      const initial = (element['initial_options'] as Option[] | undefined)?.map((one) => one.value)
      const values = typed === undefined ? (initial ?? []) : typed === null ? [] : [typed].flat()
      return { selected_options: optionsOf(element).filter((one) => values.includes(one.value)) }
    }
    case 'users_select':
      return { selected_user: typed === undefined ? (element['initial_user'] ?? null) : typed }
    case 'datepicker':
      return { selected_date: typed === undefined ? (element['initial_date'] ?? null) : typed }
    case 'timepicker':
      return { selected_time: typed === undefined ? (element['initial_time'] ?? null) : typed }
    case 'datetimepicker':
      return {
        selected_date_time:
          typed === undefined
            ? (element['initial_date_time'] ?? null)
            : typed === null
              ? null
              : Math.floor(Date.parse(String(typed)) / 1000),
      }
    default:
      return { value: typed === undefined ? (element['initial_value'] ?? null) : typed === '' ? null : typed }
  }
}
