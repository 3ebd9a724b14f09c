import { randomUUID } from 'node:crypto'
import type { ModalView } from '@slack/types'
import type { Reply } from '../domain/desk.ts'
import type { Action, View } from '../domain/view.ts'
import { keepButton } from '../store/buttons.ts'
import { checking, formWaits, lookAgain, opening } from '../views/marks.ts'
import { drawMessage, type Drawing } from './blocks.ts'
import { faultOf } from './faults.ts'
import type { Front } from './front.ts'
import { formModal, optionsOf, viewModal } from './forms.ts'
import { linked } from './links.ts'

/** Where a request came from, and so where its answer is seen. */
export interface Place {
  person: string
  /** Null where it came from a modal alone. */
  channel: string | null
  /** The message's thread, when a button in a thread was pressed. */
  thread?: string
  /** Opens a modal once, within about 3 s. */
  trigger: string
  /** A modal that is open for this request. */
  modal: string | null
}

/** The title of modals that have none of their own, and our name. */
const ourName = 'Lockkeeper'

/** Days that the buttons of an answer, and an open form, can be used for. */
const replyDays = 1
export const formDays = 1 / 24

/** Opens the modal that is filled later. Null: Slack did not let us, and the answer comes as a message. */
export async function openModal(front: Front, place: Place): Promise<string | null> {
  if (place.modal) return place.modal
  return openWith(front, place, viewModal(opening, ourName, { nonces: [], groups: front.groups }))
}

/** What a modal shows from its button on until there is an answer. */
export const checkingModal = (front: Front, title: string): ModalView =>
  viewModal(checking, title, { nonces: [], groups: front.groups })

async function openWith(front: Front, place: Place, view: ModalView): Promise<string | null> {
  try {
    const opened = await front.client.views.open({ trigger_id: place.trigger, view })
    return opened.view?.id ?? null
  } catch (error) {
    front.log.warn({ error: faultOf(error).error }, 'a modal did not open')
    return null
  }
}

/** Shows an answer to the one who asked, and to nobody else. */
export async function showReply(front: Front, place: Place, reply: Reply): Promise<void> {
  if ('form' in reply) return showForm(front, place, reply)
  if ('view' in reply) return showView(front, place, reply.view)
  return showView(front, place, { state: lookAgain(reply.faults), parts: [], actions: [] })
}

async function showForm(
  front: Front,
  place: Place,
  { form, command, input }: Extract<Reply, { form: unknown }>,
): Promise<void> {
  const kept = { command, input, person: place.person, options: optionsOf(form) }
  const nonce = await keepButton(front.store, { ...kept, delivery: `form:${randomUUID()}` }, formDays)
  const drawing = await drawingOf(front, place.person, form.actions ?? [])
  const modal = formModal(form, nonce, drawing)
  if (place.modal) return void (await fill(front, place.modal, modal))
  if (await openWith(front, place, modal)) return
  // Too late for a modal: a button brings a new right to open one.
  const open = { label: 'Open…', says: form.title, command, input, style: 'primary' as const }
  await tell(front, place, { state: formWaits(form.title), parts: [], actions: [open] })
}

async function showView(front: Front, place: Place, said: View): Promise<void> {
  const view = await linked(front, said)
  const drawing = await drawingOf(front, place.person, view.actions)
  if (!place.modal || !(await fill(front, place.modal, viewModal(view, ourName, drawing))))
    await tell(front, place, view)
  if (view.files?.length) await front.channel.upload({ person: place.person }, view.files)
}

/** False: the modal was closed meanwhile. */
export async function fill(front: Front, modal: string, view: ModalView): Promise<boolean> {
  try {
    await front.client.views.update({ view_id: modal, view })
    return true
  } catch (error) {
    front.log.info({ error: faultOf(error).error }, 'a modal was not filled')
    return false
  }
}

async function drawingOf(front: Front, person: string, actions: readonly Action[]): Promise<Drawing> {
  const delivery = `reply:${randomUUID()}`
  const nonces: string[] = []
  for (const { command, input } of actions)
    nonces.push(await keepButton(front.store, { delivery, command, input, person }, replyDays))
  return { nonces, groups: front.groups }
}

/** A message that only this person sees: here, or between us where we are not in this conversation. */
async function tell(front: Front, place: Place, view: View): Promise<void> {
  const message = drawMessage(view, await drawingOf(front, place.person, view.actions))
  const { person, channel, thread } = place
  try {
    if (channel) {
      await front.client.chat.postEphemeral({
        ...message,
        channel,
        user: person,
        ...(thread && { thread_ts: thread }),
      })
      return
    }
  } catch (error) {
    front.log.debug({ error: faultOf(error).error, channel }, 'told in a direct message instead')
  }
  try {
    await front.client.chat.postMessage({ ...message, channel: person })
  } catch (error) {
    front.log.warn(
      { error: faultOf(error).error, person },
      'somebody could not be told what came of a request',
    )
  }
}
