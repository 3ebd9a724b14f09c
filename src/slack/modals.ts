import type { App, SlackViewAction, ViewSubmitAction } from '@slack/bolt'
import type { KnownBlock } from '@slack/types'
import type { FieldFault } from '../domain/desk.ts'
import type { Problem } from '../domain/problem.ts'
import { keepButton, useForm, type Button } from '../store/buttons.ts'
import { lineText } from '../views/words/plain.ts'
import { problemView, wordProblem } from '../views/problem/problem.ts'
import {
  blockOf,
  carriedSchema,
  fieldOf,
  formAgain,
  formCallback,
  valuesOf,
  type Carried,
  type Filled,
} from './forms.ts'
import type { Front } from './front.ts'
import { checkingModal, fill, formDays, type Place } from './replies.ts'
import { serve } from './serve.ts'
import type { Track } from './track.ts'

/** A form that was filled in becomes its command, once, for the one who opened it. */
export function listenToModals(app: App, front: Front, track: Track): void {
  app.view<SlackViewAction>(formCallback, async ({ ack, body }) => {
    if (body.type !== 'view_submission') return ack()
    const carried = carriedOf(body.view.private_metadata)
    const filled = body.view.state.values as Filled
    const wrong = carried ? mistyped(carried, filled) : {}
    // Only this acknowledgement can say what is wrong with a field, so it is compared before anything is looked up.
    if (Object.keys(wrong).length) return ack({ response_action: 'errors', errors: wrong })
    await ack({ response_action: 'update', view: checkingModal(front, body.view.title.text) })
    await track(submit(front, body, carried?.nonce ?? '', filled))
  })
}

async function submit(front: Front, body: ViewSubmitAction, nonce: string, filled: Filled): Promise<void> {
  const place: Place = { person: body.user.id, channel: null, trigger: body.trigger_id, modal: body.view.id }
  await serve(front, {
    id: `submission:${body.trigger_id}`,
    place,
    opensForm: false,
    reply: async (caller) => {
      const form = await useForm(front.store, nonce, caller.person)
      if (!form) return { view: problemView({ code: 'button-old', command: 'status' }) }
      const values = valuesOf(filled, form.options ?? {})
      const reply = await front.desk.submitted(caller, form.command, form.input, values)
      if ('faults' in reply && (await showAgain(front, body, form, filled, reply.faults))) return null
      return reply
    },
  })
}

/** The form as it was, with a nonce of its own: the one before is used up. False: it was closed meanwhile. */
async function showAgain(
  front: Front,
  { view }: ViewSubmitAction,
  form: Button,
  filled: Filled,
  faults: readonly FieldFault[],
): Promise<boolean> {
  const nonce = await keepButton(front.store, { ...form, delivery: `${form.delivery}+` }, formDays)
  const carried = carriedOf(view.private_metadata)
  return fill(front, view.id, {
    type: 'modal',
    callback_id: formCallback,
    title: view.title,
    ...(view.submit && { submit: view.submit }),
    ...(view.close && { close: view.close }),
    private_metadata: JSON.stringify({ ...carried, nonce }),
    blocks: formAgain(view.blocks as KnownBlock[], filled, faults, front.groups),
  })
}

function carriedOf(metadata: string): Carried | null {
  try {
    return carriedSchema.parse(JSON.parse(metadata))
  } catch {
    return null
  }
}

/** What is not as it must be, by block. Capitals and spaces around it do not matter. */
function mistyped(carried: Carried, filled: Filled): Record<string, string> {
  const wrong: Record<string, string> = {}
  for (const [block, { value: input }] of Object.entries(filled)) {
    const name = fieldOf(block)
    const typed = input?.value ?? ''
    const mustBe = carried.mustBe[name]
    if (mustBe !== undefined && folded(typed) !== folded(mustBe))
      wrong[blockOf(name)] = inWords({ code: 'name-mistyped', typed, name: mustBe })
    if (carried.numbers.includes(name) && !/^\d+$/.test(typed.trim()))
      wrong[blockOf(name)] = inWords({ code: 'number-mistyped', typed })
  }
  return wrong
}

const folded = (text: string): string => text.trim().toLowerCase()

function inWords(problem: Problem): string {
  const { what, next } = wordProblem(problem)
  return `${lineText(what)} ${lineText(next)}`
}
