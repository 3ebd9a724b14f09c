import type { App } from '@slack/bolt'
import type { Front } from './front.ts'
import { serve } from './serve.ts'
import type { Track } from './track.ts'
import { typedWords } from './typed.ts'

/** The one slash command; its words are the rest. */
export const slashCommand = '/migrate'

/** A line that somebody types becomes a command of ours. */
export function listenToCommands(app: App, front: Front, track: Track): void {
  app.command(slashCommand, async ({ ack, command }) => {
    await ack()
    const words = typedWords(command.text)
    await track(
      serve(front, {
        id: `command:${command.trigger_id}`,
        place: {
          person: command.user_id,
          channel: command.channel_id,
          trigger: command.trigger_id,
          modal: null,
        },
        opensForm: front.desk.opensForm(words[0] ?? 'help'),
        reply: (caller) => front.desk.typed(caller, words),
      }),
    )
  })
}
