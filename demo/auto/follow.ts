import type { Snapshot, ShownMessage, ShownModal, Told } from '../workspace/page.ts'

/** The workspace as its page sees it, followed over HTTP. */
export interface Followed {
  messages: Map<string, ShownMessage>
  modals: Map<string, ShownModal>
  /** Waits until something holds. Throws with what was expected when it does not in time (seconds). */
  until<T>(expected: string, look: () => T | null | undefined | false, seconds?: number): Promise<T>
  close(): void
}

export async function follow(
  pageUrl: string,
  onMessage: (message: ShownMessage, before: ShownMessage | undefined) => void,
  onModal: (person: string, modal: ShownModal) => void,
): Promise<Followed> {
  const messages = new Map<string, ShownMessage>()
  const modals = new Map<string, ShownModal>()
  const waiting = new Set<() => void>()
  const closing = new AbortController()
  const response = await fetch(`${pageUrl}/workspace/changes`, { signal: closing.signal })
  if (!response.body) throw new Error('the workspace tells nothing')

  const put = (message: ShownMessage) => {
    const key = `${message.channel}/${message.ts}`
    const before = messages.get(key)
    messages.set(key, message)
    onMessage(message, before)
  }
  const take = (event: string, data: string) => {
    if (event === 'snapshot') {
      const all = JSON.parse(data) as Snapshot
      all.messages.forEach(put)
      for (const [person, modal] of Object.entries(all.modals)) modals.set(person, modal)
    } else {
      const change = JSON.parse(data) as Told
      if (change.is === 'message') put(change.message)
      if (change.is === 'gone') messages.delete(`${change.channel}/${change.ts}`)
      if (change.is === 'modal' && change.modal) {
        modals.set(change.person, change.modal)
        onModal(change.person, change.modal)
      }
      if (change.is === 'modal' && !change.modal) modals.delete(change.person)
    }
    for (const look of waiting) look()
  }
  void read(response.body, take).catch(() => {}) // closed by us, or the workspace is gone: then what is waited for says so

  return {
    messages,
    modals,
    close: () => closing.abort(),
    until<T>(expected: string, look: () => T | null | undefined | false, seconds = 30): Promise<T> {
      return new Promise((found, failed) => {
        const again = () => {
          const value = look()
          if (value === null || value === undefined || value === false) return
          end()
          found(value)
        }
        const late = setTimeout(() => {
          end()
          failed(new Error(`Expected within ${seconds} s: ${expected}`))
        }, seconds * 1000)
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
