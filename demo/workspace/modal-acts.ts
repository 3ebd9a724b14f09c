import { base, known, shown, userOf } from './payloads.ts'
import { changeModal, closeModal, topModal, type ModalView, type WorkspaceState } from './state.ts'
import type { BotLine } from './slack/bot-line.ts'
import { botToken } from './slack/emulator.ts'
import type { WebApi } from './slack/web-api.ts'
import type { Typed } from './values.ts'

/** What people do with the modal that is open. */
export interface ModalActs {
  submit(as: string, modal: string, values: Record<string, Record<string, Typed>>): Promise<void>
  close(as: string, modal: string): Promise<void>
}

/** What the app answers to a submission; nothing closes the modal. */
interface SubmissionAnswer {
  response_action?: 'errors' | 'update' | 'push' | 'clear'
  errors?: Record<string, string>
  view?: ModalView
}

const trouble = { '': 'We had some trouble connecting. Try again?' }

export function makeModalActs({
  state,
  bot,
  api,
}: {
  state: WorkspaceState
  bot: BotLine
  api: WebApi
}): ModalActs {
  const show = async (as: string, modal: string, { response_action: action, view }: SubmissionAnswer) => {
    const values = { view: JSON.stringify(view) }
    const answer =
      action === 'update'
        ? await api.call(botToken, 'views.update', { ...values, view_id: modal })
        : await api.call(botToken, 'views.push', { ...values, trigger_id: await bot.trigger(as, modal) })
    if (!answer.ok) changeModal(state, modal, { errors: trouble })
  }
  return {
    async submit(as, modalId, values) {
      const modal = topModal(state, as)
      if (!modal || modal.id !== modalId) return
      const answer = await bot.interact({
        ...base,
        type: 'view_submission',
        user: userOf(known(as)),
        trigger_id: await bot.trigger(as, modal.id),
        view: shown(modal, values),
        response_urls: [],
      })
      if (!answer.came) return changeModal(state, modal.id, { errors: trouble })
      const response = answer.body ? (JSON.parse(answer.body) as SubmissionAnswer) : {}
      if (response.response_action === 'errors')
        changeModal(state, modal.id, { errors: response.errors ?? {} })
      else if (response.response_action === 'clear') closeModal(state, as, true)
      else if (response.response_action) await show(as, modal.id, response)
      else if (topModal(state, as)?.id === modal.id) closeModal(state, as, false)
    },

    async close(as, modalId) {
      const modal = topModal(state, as)
      if (!modal || modal.id !== modalId) return
      closeModal(state, as, modal.view.clear_on_close)
      if (!modal.view.notify_on_close) return
      const view = shown(modal, {})
      await bot.interact({
        ...base,
        type: 'view_closed',
        user: userOf(known(as)),
        view,
        is_cleared: modal.view.clear_on_close,
      })
    },
  }
}
