import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode } from './error-code.ts'

/** Bytes of a file: a program that never ends its words must not fill the disk on which backups lie. */
const largest = 100 * 1024 ** 2

/** Characters that wait for the disk. */
const mostWaiting = 16 * 1024 ** 2

/** Milliseconds that the last of it is waited for. */
const patience = 5_000

/** A file that grows while nobody waits for the disk. */
export interface Appender {
  append(text: string): void
  /** Waits until all is written. Gives why it is not: an errno, `limit`, `slow`; null: it is. */
  end(): Promise<string | null>
}

/**
 * Appends to a file that only this user may read, making it and its folder when there is something to write. Never throws,
 * and holds nobody up: where the disk is full or does not answer, what was written so far stays, and the rest is lost.
 */
export function appendTo(file: string): Appender {
  let waiting = ''
  let bytes = 0
  let lacks: string | null = null
  let writing: Promise<void> | null = null

  async function write(): Promise<void> {
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      const handle = await open(file, 'a', 0o600)
      try {
        while (waiting !== '') {
          const text = waiting
          waiting = ''
          await handle.appendFile(text)
        }
      } finally {
        await handle.close()
      }
    } catch (error) {
      lacks = errorCode(error)
      waiting = ''
    }
    writing = null
  }

  return {
    append(text) {
      if (lacks !== null) return
      bytes += Buffer.byteLength(text)
      if (bytes > largest) lacks = 'limit'
      else if (waiting.length > mostWaiting) lacks = 'slow'
      else {
        waiting += text
        writing ??= write()
      }
    },
    async end() {
      const late = new AbortController()
      const over = wait(patience, 'late', { signal: late.signal, ref: false }).catch(() => null)
      if ((await Promise.race([writing, over])) === 'late') lacks ??= 'slow'
      late.abort()
      return lacks
    },
  }
}
