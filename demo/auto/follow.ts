import type { Letter } from '../mail/letter.ts'
import type { Snapshot, ShownMessage, ShownModal, Told } from '../workspace/page.ts'
import type { Conversation } from '../workspace/state.ts'

/** The workspace as its page sees it, followed over HTTP. */
export interface Followed {
  conversations: Map<string, Conversation>
  messages: Map<string, ShownMessage>
  /** All messages as they were first posted, the oldest first. */
  posted: ShownMessage[]
  modals: Map<string, ShownModal>
  /** The oldest first. */
  letters: Letter[]
  /** Waits until something holds. Throws with what was expected when it does not in ten minutes. */
  until<T>(expected: string, look: () => T | null | undefined | false): Promise<T>
  close(): void
}

/** Seconds, for what hangs: with EF Core an application is built for a plan, on a busy machine slowly. */
const patience = 600

/** Hears what happens as it does. */
export interface Listener {
  /** `before`: the same one, if it is an edit. */
  message?: (message: ShownMessage, before: ShownMessage | undefined) => void
  modal?: (person: string, modal: ShownModal) => void
  letter?: (letter: Letter) => void
}

export async function follow(pageUrl: string, listener: Listener): Promise<Followed> {
  const conversations = new Map<string, Conversation>()
  const messages = new Map<string, ShownMessage>()
  const posted: ShownMessage[] = []
  const modals = new Map<string, ShownModal>()
  const letters: Letter[] = []
  const waiting = new Set<() => void>()
  const closing = new AbortController()
  const response = await fetch(`${pageUrl}/workspace/changes`, { signal: closing.signal })
  if (!response.body) throw new Error('the workspace tells nothing')

  const put = (message: ShownMessage) => {
    const key = `${message.channel}/${message.ts}`
    const before = messages.get(key)
    messages.set(key, message)
    if (!before) posted.push(message)
    listener.message?.(message, before)
  }
  const receive = (letter: Letter) => {
    letters.push(letter)
    listener.letter?.(letter)
  }
  const take = (event: string, data: string) => {
    if (event === 'snapshot') {
      const all = JSON.parse(data) as Snapshot
      for (const conversation of all.conversations) conversations.set(conversation.id, conversation)
      all.messages.forEach(put)
      all.letters.forEach(receive)
      for (const [person, modal] of Object.entries(all.modals)) modals.set(person, modal)
    } else {
      const change = JSON.parse(data) as Told
      if (change.is === 'message') put(change.message)
      if (change.is === 'gone') messages.delete(`${change.channel}/${change.ts}`)
      if (change.is === 'letter') receive(change.letter)
      if (change.is === 'modal' && change.modal) {
        modals.set(change.person, change.modal)
        listener.modal?.(change.person, change.modal)
      }
      if (change.is === 'modal' && !change.modal) modals.delete(change.person)
    }
    for (const look of waiting) look()
  }
  void read(response.body, take).catch(() => {}) // closed by us, or the workspace is gone: then what is waited for says so

  return {
    conversations,
    messages,
    posted,
    modals,
    letters,
    close: () => closing.abort(),
    until<T>(expected: string, look: () => T | null | undefined | false): Promise<T> {
      return new Promise((found, failed) => {
        const again = () => {
          const value = look()
          if (value === null || value === undefined || value === false) return
          end()
          found(value)
        }
        const late = setTimeout(() => {
          end()
          failed(new Error(`Expected within ${patience} s: ${expected}`))
        }, patience * 1000)
        const end = () => {
          clearTimeout(late)
          waiting.delete(again)
        }
        waiting.add(again)
        again()
      })
    },
  }
}

/** Server-sent events: `event:` and `data:` lines, an empty line after each. */
async function read(
  body: ReadableStream<Uint8Array>,
  take: (event: string, data: string) => void,
): Promise<void> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    const events = text.split('\n\n')
    text = events.pop() ?? ''
    for (const one of events) {
      const [, event, data] = /^event: (\w+)\ndata: ([^]*)$/.exec(one) ?? []
      if (event && data) take(event, data)
    }
  }
}
