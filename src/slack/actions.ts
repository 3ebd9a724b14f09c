import type { App, BlockAction } from '@slack/bolt'
import type { Reply } from '../domain/desk.ts'
import type { Problem } from '../domain/problem.ts'
import { pressButton } from '../store/buttons.ts'
import { problemView } from '../views/problem/problem.ts'
import { pressed } from './blocks.ts'
import type { Front } from './front.ts'
import type { Place } from './replies.ts'
import { serve } from './serve.ts'
import type { Track } from './track.ts'

/** A button becomes the command that is kept under its nonce. Other elements say what they hold when their form is sent. */
export function listenToActions(app: App, front: Front, track: Track): void {
  app.action<BlockAction>(/.*/, async ({ ack, action, body }) => {
    await ack()
    if (action.type !== 'button' || !action.action_id.startsWith(pressed)) return
    await track(press(front, action.value ?? '', body))
  })
}

async function press(front: Front, nonce: string, body: BlockAction): Promise<void> {
  const place = placeOf(body)
  const id = `action:${body.trigger_id}:${nonce}`
  const answer = (opensForm: boolean, reply: () => Promise<Reply>) =>
    serve(front, { id, place, opensForm, reply })
  const refuse = (problem: Problem) => answer(false, async () => ({ view: problemView(problem) }))
  const found = await pressButton(front.store, nonce, place.person).catch((error: unknown) => ({ error }))
  if ('error' in found) return answer(false, () => Promise.reject(found.error as Error))
  if ('button' in found) {
    const { command, input } = found.button
    return answer(front.desk.opensForm(command), () =>
      front.desk.pressed({ person: place.person, via: 'slack' }, command, input),
    )
  }
  if (found.no === 'again') return
  return refuse(
    found.no === 'old'
      ? { code: 'button-old', command: 'status' }
      : { code: 'button-not-yours', owner: found.owner },
  )
}

function placeOf(body: BlockAction): Place {
  const thread = body.message?.['thread_ts'] as string | undefined
  return {
    person: body.user.id,
    channel: body.channel?.id ?? null,
    ...(thread && { thread }),
    trigger: body.trigger_id,
    modal: body.view?.id ?? null,
  }
}
