import type { InSlack } from '../domain/delivery.ts'
import type { Inline, Line, View } from '../domain/view.ts'
import { sentAsOf } from '../store/deliveries.ts'
import { faultOf } from './faults.ts'
import type { Front } from './front.ts'

type Found = InSlack & { url: string }

/** The same view, its channels linked to the messages that are meant. Those that are not there yet stay as they are. */
export async function linked(front: Pick<Front, 'client' | 'store' | 'log'>, view: View): Promise<View> {
  const lines = [view.state, ...view.parts.map((part) => ('line' in part ? part.line : []))]
  const keys = new Set(lines.flat().flatMap((inline) => messageOf(inline) ?? []))
  const found = new Map<string, Found | null>()
  for (const key of keys) found.set(key, await find(front, key))
  const link = (inline: Inline): Inline => {
    const at = found.get(messageOf(inline) ?? '')
    return at ? { channel: at.channel, url: at.url } : inline
  }
  const drawn = (line: Line): Line => line.map(link)
  return {
    ...view,
    state: drawn(view.state),
    parts: view.parts.map((part) => ('line' in part ? { ...part, line: drawn(part.line) } : part)),
  }
}

const messageOf = (inline: Inline): string | undefined =>
  typeof inline !== 'string' && 'channel' in inline ? inline.message : undefined

async function find(
  { client, store, log }: Pick<Front, 'client' | 'store' | 'log'>,
  key: string,
): Promise<Found | null> {
  const sentAs = await sentAsOf(store, key)
  if (!sentAs) return null
  try {
    const { permalink } = await client.chat.getPermalink({ channel: sentAs.channel, message_ts: sentAs.ts })
    return permalink ? { ...sentAs, url: permalink } : null
  } catch (error) {
    log.debug({ error: faultOf(error).error, key }, 'a message is named without a link')
    return null
  }
}
