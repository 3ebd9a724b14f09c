import { StringDecoder } from 'node:string_decoder'
import type { Readable } from 'node:stream'

/** Longer lines are cut: a program that never ends a line must not fill our memory. */
export const longestLine = 8192

/** Calls back for each line of a stream of UTF-8, for the last one also without its line feed. */
export function readLines(from: Readable, onLine: (line: string) => void): void {
  const decoder = new StringDecoder('utf8')
  let begun = ''
  const tell = (line: string) => onLine(line.slice(0, longestLine).replace(/\r$/, ''))
  from.on('data', (data: Buffer) => {
    const lines = (begun + decoder.write(data)).split('\n')
    begun = (lines.pop() ?? '').slice(0, longestLine)
    lines.forEach(tell)
  })
  from.on('end', () => {
    const last = begun + decoder.end()
    if (last) tell(last)
  })
}
