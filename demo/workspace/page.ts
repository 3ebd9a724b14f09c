import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Letter } from '../mail/letter.ts'
import type { Acts } from './acts.ts'
import { bot, command, people, slackbot, team } from './cast.ts'
import { drawBlocks } from './drawing/blocks.ts'
import { drawText } from './drawing/library.ts'
import type { Change, Conversation, Message, Modal, WorkspaceState } from './state.ts'
import { readBody } from './slack/web-api.ts'
import type { Typed } from './values.ts'

/** What the page is told: changes, with their blocks drawn. */
export type Told =
  | Exclude<Change, { is: 'message' | 'modal' }>
  | { is: 'message'; message: ShownMessage }
  | { is: 'modal'; person: string; modal: ShownModal | null }

export type ShownMessage = Message & { html: string }

export type ShownModal = {
  id: string
  title: string
  submit: string | null
  close: string
  errors: Record<string, string>
  html: string
  blocks: Message['blocks']
}

export interface Hint {
  words: string
  says: string
}

/** All there is, for a page that has just opened or was cut off. */
export interface Snapshot {
  team: typeof team
  people: readonly { id: string; name: string; realName: string; title: string; bot: boolean }[]
  command: string
  /** What can follow the command, for completion. */
  commands: readonly Hint[]
  conversations: Conversation[]
  messages: ShownMessage[]
  letters: readonly Letter[]
  modals: Record<string, ShownModal>
  world: unknown
  guide: unknown
}

export const shownMessage = (message: Message): ShownMessage => ({
  ...message,
  html: message.blocks.length ? drawBlocks(message.blocks) : drawText(message.text),
})

const shownModal = ({ id, view, errors }: Modal): ShownModal => ({
  id,
  title: view.title.text,
  submit: view.submit?.text ?? null,
  close: view.close?.text ?? 'Cancel',
  errors,
  html: drawBlocks(view.blocks),
  blocks: view.blocks,
})

export function snapshot(
  state: WorkspaceState,
  shown: Pick<Snapshot, 'world' | 'guide' | 'commands'>,
): Snapshot {
  return {
    team,
    people: [
      ...people.map(({ id, name, realName, title }) => ({ id, name, realName, title, bot: false })),
      ...[bot, slackbot].map(({ id, name, realName }) => ({ id, name, realName, title: 'App', bot: true })),
    ],
    command,
    conversations: [...state.conversations.values()],
    messages: [...state.messages.values()].map(shownMessage),
    letters: state.letters,
    modals: Object.fromEntries(
      [...state.modals].flatMap(([person, stack]) =>
        stack.length ? [[person, shownModal(stack.at(-1)!)]] : [],
      ),
    ),
    ...shown,
  }
}

const told = (change: Change): Told =>
  change.is === 'message'
    ? { is: 'message', message: shownMessage(change.message) }
    : change.is === 'modal'
      ? { ...change, modal: change.modal && shownModal(change.modal) }
      : change

/** Server-sent events: first everything, then each change. A page that was cut off begins anew. */
export function streamChanges(
  state: WorkspaceState,
  first: () => Snapshot,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const send = (event: string, data: unknown) =>
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  send('snapshot', first())
  const onChange = (change: Change) => send('change', told(change))
  state.changes.on('change', onChange)
  const alive = setInterval(() => response.write(':\n\n'), 15_000)
  request.on('close', () => {
    clearInterval(alive)
    state.changes.off('change', onChange)
  })
}

type Where =
  | { channel: string; ts: string }
  | { modal: string; values: Record<string, Record<string, Typed>> }

/** What the page posts, by name. */
export async function perform(acts: Acts, act: string, request: IncomingMessage): Promise<boolean> {
  const given = JSON.parse(await readBody(request)) as Record<string, never> & {
    as: string
    channel: string
    text: string
    thread?: string
    where: Where
    block: string
    action: string
    value?: Typed
    modal: string
    values: Record<string, Record<string, Typed>>
    ts: string
  }
  switch (act) {
    case 'say':
      await acts.say(given.as, given.channel, given.text, given.thread)
      return true
    case 'click':
      await acts.click(given.as, given.where, given.block, given.action, given.value)
      return true
    case 'submit':
      await acts.submit(given.as, given.modal, given.values)
      return true
    case 'close':
      await acts.close(given.as, given.modal)
      return true
    case 'dismiss':
      acts.dismiss(given.as, given.channel, given.ts)
      return true
    default:
      return false
  }
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}
const browserFolder = path.join(import.meta.dirname, 'browser')

/** Serves a file of the page as it is; every other path is the page itself, which finds its place by the address. */
export async function serveFile(pathname: string, response: ServerResponse): Promise<void> {
  const asked = path.join(browserFolder, path.normalize(decodeURIComponent(pathname)))
  const inside =
    asked.startsWith(browserFolder + path.sep) &&
    (await stat(asked).then(
      (found) => found.isFile(),
      () => false,
    ))
  const file = inside ? asked : path.join(browserFolder, 'index.html')
  response.writeHead(200, {
    'content-type': types[path.extname(file)] ?? 'application/octet-stream',
    'cache-control': 'no-cache',
  })
  await pipeline(createReadStream(file), response)
}
