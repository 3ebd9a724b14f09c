import { interactive, optionsOf } from '../workspace/blocks.ts'
import { people } from '../workspace/cast.ts'
import type { ShownMessage, ShownModal } from '../workspace/page.ts'
import type { Typed } from '../workspace/values.ts'
import type { Followed } from './follow.ts'

/** Somebody who works in the workspace as people do: types, clicks, fills in modals. */
export interface Player {
  name: string
  type(channel: string, text: string): Promise<void>
  /** Clicks the button of this label in a message that says this, once it is there; the newest of several. */
  click(label: RegExp, says: RegExp): Promise<ShownMessage>
  /** Waits for a modal that says this. */
  reads(says: RegExp): Promise<void>
  /** Waits for a modal that says this and can be submitted. */
  sees(says: RegExp): Promise<ShownModal>
  /** Fills fields by their labels (`all` ticks every box) and submits; waits until the modal is gone or says something else. */
  submit(modal: ShownModal, fields: Record<string, string>): Promise<void>
}

export function makePlayer(
  name: string,
  pageUrl: string,
  followed: Followed,
  narrate: (line: string) => void,
): Player {
  const id = people.find((person) => person.name === name)?.id ?? ''
  const post = async (act: string, given: object) => {
    const response = await fetch(`${pageUrl}/workspace/${act}`, {
      method: 'POST',
      body: JSON.stringify({ as: id, ...given }),
    })
    if (!response.ok) throw new Error(`${name} could not ${act}: ${await response.text()}`)
  }
  return {
    name,
    async type(channel, text) {
      narrate(`${name} types: ${text}`)
      await post('say', { channel, text })
    },
    async click(label, says) {
      const { message, block, element } = await followed.until(
        `a button ${label} on a message that says ${says}, for ${name}`,
        () => findButton(followed, id, label, says),
      )
      narrate(`${name} clicks: ${labelOf(element)}`)
      await post('click', {
        where: { channel: message.channel, ts: message.ts },
        block: block.block_id,
        action: element.action_id,
        value: optionsOf(element)[0]?.value,
      })
      return message
    },
    async reads(says) {
      await followed.until(`a modal that says ${says}, for ${name}`, () =>
        says.test(followed.modals.get(id)?.html ?? ''),
      )
    },
    sees: (says) =>
      followed.until(`a modal that says ${says}, for ${name}`, () => {
        const modal = followed.modals.get(id)
        return modal?.submit && says.test(modal.title + JSON.stringify(modal.blocks)) ? modal : null
      }),
    async submit(modal, fields) {
      const values: Record<string, Record<string, Typed>> = {}
      for (const [label, value] of Object.entries(fields)) {
        const field = [...interactive(modal.blocks)].find(({ block }) =>
          new RegExp(label, 'i').test((block['label'] as { text?: string } | undefined)?.text ?? ''),
        )
        if (!field)
          throw new Error(
            `The modal "${modal.title}" has no field "${label}": ${JSON.stringify(modal.blocks)}`,
          )
        values[field.block.block_id ?? ''] = {
          [field.element.action_id ?? '']:
            value === 'all' ? optionsOf(field.element).map((option) => option.value) : value,
        }
        narrate(
          `${name} fills in: ${label}: ${
            value === 'all'
              ? optionsOf(field.element)
                  .map((option) => option.text.text)
                  .join('; ')
              : value
          }`,
        )
      }
      narrate(`${name} clicks: ${modal.submit}`)
      await post('submit', { modal: modal.id, values })
      const now = followed.modals.get(id)
      const faults = now?.id === modal.id ? Object.values(now.errors) : []
      if (faults.length) throw new Error(`The modal "${modal.title}" says: ${faults.join(' ')}`)
    },
  }
}

function findButton(followed: Followed, person: string, label: RegExp, says: RegExp) {
  const candidates = [...followed.messages.values()]
    .filter((m) => (m.only === null || m.only === person) && says.test(m.text))
    .sort((a, b) => (a.ts < b.ts ? 1 : -1))
  for (const message of candidates)
    for (const { block, element } of interactive(message.blocks))
      if (label.test(labelOf(element))) return { message, block, element }
  return null
}

const labelOf = (element: object): string => (element as { text?: { text: string } }).text?.text ?? ''
