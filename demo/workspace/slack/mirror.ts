import { bot as botUser, personById } from '../cast.ts'
import type { Block } from '../blocks.ts'
import {
  changeModal,
  messageKey,
  pushModal,
  putConversation,
  putMessage,
  removeMessage,
  type ModalView,
  type SharedFile,
  type WorkspaceState,
} from '../state.ts'
import type { Answer } from './emulator.ts'
import type { BotLine } from './bot-line.ts'
import type { Arguments } from './emulator.ts'

interface House {
  state: WorkspaceState
  bot: BotLine
  byBot: boolean
}

/** Takes into the workspace's state what a successful Web API call did. */
export function mirror(house: House, method: string, values: Arguments, answer: Answer): void {
  mirrors[method]?.(house, values, answer)
}

type Mirror = (house: House, values: Arguments, answer: Answer) => void

const postMessage: Mirror = ({ state, bot, byBot }, values, answer) => {
  const channel = String(answer['channel'])
  const posted = answer['message'] as { user: string; text?: string; blocks?: Block[] }
  openDirect(state, channel, values['channel'] ?? '')
  putMessage(state, {
    channel,
    ts: String(answer['ts']),
    user: posted.user,
    text: posted.text ?? '',
    blocks: posted.blocks ?? [],
    threadTs: values['thread_ts'] ?? null,
    broadcast: values['reply_broadcast'] === 'true',
  })
  if (byBot && values['metadata'])
    bot.tellMetadata(channel, String(answer['ts']), JSON.parse(values['metadata']))
}

const viewOpened: Mirror = ({ state, bot }, values, answer) => {
  const view = answer['view'] as ModalView
  const person = bot.personOfTrigger(values['trigger_id'] ?? '')
  if (person) pushModal(state, person, view)
}

const pinned =
  (is: boolean): Mirror =>
  ({ state }, values) => {
    const message = state.messages.get(messageKey(values['channel'] ?? '', values['timestamp'] ?? ''))
    if (message) putMessage(state, { ...message, pinned: is })
  }

const mirrors: Record<string, Mirror> = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': ({ state }, values, answer) =>
    void putMessage(state, {
      channel: values['channel'] ?? '',
      ts: String(answer['message_ts']),
      user: botUser.id,
      text: values['text'] ?? '',
      blocks: values['blocks'] ? (JSON.parse(values['blocks']) as Block[]) : [],
      threadTs: values['thread_ts'] ?? null,
      only: values['user'] ?? null,
    }),
  'chat.update': ({ state }, values, answer) => {
    const message = answer['message'] as { user: string; text?: string; blocks?: Block[] }
    // Slack shows "(edited)" only where an edit has no blocks.
    const put = {
      channel: String(answer['channel']),
      ts: String(answer['ts']),
      user: message.user,
      text: message.text ?? '',
      blocks: message.blocks ?? [],
    }
    putMessage(state, { ...put, edited: !values['blocks'] })
  },
  'chat.delete': ({ state }, values) => removeMessage(state, values['channel'] ?? '', values['ts'] ?? ''),
  'pins.add': pinned(true),
  'pins.remove': pinned(false),
  'conversations.open': ({ state }, values, answer) =>
    openDirect(state, (answer['channel'] as { id: string }).id, values['users'] ?? ''),
  'views.open': viewOpened,
  'views.push': viewOpened,
  'views.update': ({ state }, _values, answer) => {
    const view = answer['view'] as ModalView
    changeModal(state, view.id, { view })
  },
  'files.completeUploadExternal': ({ state }, values, answer) => {
    const files = answer['files'] as {
      id: string
      name: string
      title: string
      size: number
      shares?: Shares
    }[]
    const shared: SharedFile[] = files.map((file) => ({
      id: file.id,
      name: file.name,
      title: file.title,
      bytes: file.size,
    }))
    for (const kind of Object.values(files[0]?.shares ?? {}))
      for (const [channel, shares] of Object.entries(kind))
        for (const { ts } of shares)
          putMessage(state, {
            channel,
            ts,
            user: botUser.id,
            text: values['initial_comment'] ?? '',
            threadTs: values['thread_ts'] ?? null,
            files: shared,
          })
  },
}

type Shares = Record<string, Record<string, { ts: string }[]>>

/** A direct message between the bot and this person becomes visible with its first word. */
function openDirect(state: WorkspaceState, channel: string, user: string): void {
  const person = personById(user)
  if (person)
    putConversation(state, {
      id: channel,
      name: person.name,
      kind: 'direct',
      topic: '',
      members: [person.id, botUser.id],
    })
}
