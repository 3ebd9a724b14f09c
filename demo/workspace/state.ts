import { EventEmitter } from 'node:events'
import { withIds, type Block } from './blocks.ts'
import type { Letter } from '../mail/letter.ts'
import { bot, channels, people } from './cast.ts'

/** Everything that the page shows, mirrored from what passes through to Slack's Web API. */
export interface WorkspaceState {
  conversations: Map<string, Conversation>
  messages: Map<string, Message>
  /** To people outside of Slack, the oldest first; the last ones of them. */
  letters: Letter[]
  /** Open modals by person, the topmost last. */
  modals: Map<string, Modal[]>
  changes: EventEmitter<{ change: [Change] }>
}

export interface Conversation {
  id: string
  /** The channel's name; of a direct message, the person's whose it is with the bot. */
  name: string
  kind: 'channel' | 'direct'
  topic: string
  members: string[]
}

export interface Message {
  channel: string
  ts: string
  user: string
  text: string
  blocks: Block[]
  threadTs: string | null
  /** A reply that is shown in the channel too. */
  broadcast: boolean
  edited: boolean
  pinned: boolean
  /** Of an ephemeral message: the only person who sees it. */
  only: string | null
  /** Whom it named when it was posted: an edit notifies nobody. */
  mentions: string[]
  files: SharedFile[]
}

export interface SharedFile {
  id: string
  name: string
  title: string
  bytes: number
}

export interface Modal {
  id: string
  person: string
  view: ModalView
  /** By block id: what the app found wrong with the last submission. */
  errors: Record<string, string>
}

export interface ModalView {
  id: string
  hash: string
  callback_id: string
  private_metadata: string
  title: { type: string; text: string }
  submit: { type: string; text: string } | null
  close: { type: string; text: string } | null
  blocks: Block[]
  notify_on_close: boolean
  clear_on_close: boolean
  [key: string]: unknown
}

export type Change =
  | { is: 'message'; message: Message }
  | { is: 'gone'; channel: string; ts: string }
  | { is: 'conversation'; conversation: Conversation }
  | { is: 'modal'; person: string; modal: Modal | null }
  | { is: 'letter'; letter: Letter }
  | { is: 'world'; world: unknown }

export function makeState(): WorkspaceState {
  const members = [...people.map((person) => person.id), bot.id]
  return {
    conversations: new Map(
      channels.map((c) => [c.id, { id: c.id, name: c.name, kind: 'channel', topic: c.topic, members }]),
    ),
    messages: new Map(),
    letters: [],
    modals: new Map(),
    changes: new EventEmitter<{ change: [Change] }>().setMaxListeners(0),
  }
}

export const messageKey = (channel: string, ts: string): string => `${channel}/${ts}`

type NewMessage = Pick<Message, 'channel' | 'ts' | 'user' | 'text'> & Partial<Message>

/** Puts a message there, or changes the one that is. */
export function putMessage(state: WorkspaceState, message: NewMessage): Message {
  const key = messageKey(message.channel, message.ts)
  const before = state.messages.get(key)
  const put: Message = {
    threadTs: null,
    broadcast: false,
    edited: false,
    pinned: false,
    only: null,
    files: [],
    mentions: before?.mentions ?? mentionsIn(message),
    ...before,
    ...message,
    blocks: withIds(message.blocks ?? before?.blocks ?? []),
  }
  state.messages.set(key, put)
  state.changes.emit('change', { is: 'message', message: put })
  return put
}

const mentionsIn = (message: NewMessage): string[] => {
  const content = message.text + JSON.stringify(message.blocks ?? [])
  return people.map((person) => person.id).filter((id) => content.includes(id))
}

/**
 * A timestamp for what the emulator does not keep: it sorts after every message there is and before the emulator's
 * next one, because the emulator's own counter, the six digits after the point, never begins again.
 */
export function newTs(state: WorkspaceState): string {
  const newest = [...state.messages.values()].reduce((last, { ts }) => (ts > last ? ts : last), '0.000000')
  const [seconds = '', after = ''] = newest.split('.')
  const now = String(Math.max(Number(seconds), Math.floor(Date.now() / 1000)))
  return `${now}.${after.slice(0, 6)}${String(Number(after.slice(6)) + 1).padStart(4, '0')}`
}

/** Letters that are kept. */
const mostLetters = 200

export function putLetter(state: WorkspaceState, letter: Letter): void {
  state.letters = [...state.letters, letter].slice(-mostLetters)
  state.changes.emit('change', { is: 'letter', letter })
}

export function removeMessage(state: WorkspaceState, channel: string, ts: string): void {
  if (state.messages.delete(messageKey(channel, ts)))
    state.changes.emit('change', { is: 'gone', channel, ts })
}

export function putConversation(state: WorkspaceState, conversation: Conversation): void {
  if (state.conversations.has(conversation.id)) return
  state.conversations.set(conversation.id, conversation)
  state.changes.emit('change', { is: 'conversation', conversation })
}

/** The modal that a person looks at. */
export const topModal = (state: WorkspaceState, person: string): Modal | null =>
  state.modals.get(person)?.at(-1) ?? null

export function pushModal(state: WorkspaceState, person: string, view: ModalView): void {
  const modal = { id: view.id, person, view: { ...view, blocks: withIds(view.blocks) }, errors: {} }
  state.modals.set(person, [...(state.modals.get(person) ?? []), modal])
  showTop(state, person)
}

/** Changes an open modal, wherever it is in its stack. */
export function changeModal(
  state: WorkspaceState,
  viewId: string,
  change: { view?: ModalView; errors?: Record<string, string> },
): void {
  for (const [person, stack] of state.modals) {
    const modal = stack.find((open) => open.id === viewId)
    if (!modal) continue
    if (change.view) modal.view = { ...change.view, blocks: withIds(change.view.blocks) }
    modal.errors = change.errors ?? {}
    showTop(state, person)
  }
}

/** Closes the topmost modal of a person, or all of them. */
export function closeModal(state: WorkspaceState, person: string, all: boolean): void {
  state.modals.set(person, all ? [] : (state.modals.get(person) ?? []).slice(0, -1))
  showTop(state, person)
}

const showTop = (state: WorkspaceState, person: string): void => {
  state.changes.emit('change', { is: 'modal', person, modal: topModal(state, person) })
}
