import { hostname } from 'node:os'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { OutputFile } from '../domain/output.ts'
import { makeLineRedactor, type Redact } from '../redaction/redactor.ts'
import { appendTo } from './append.ts'
import { longestLine } from './lines.ts'

/** What a program writes, line by line as it comes. */
export interface Output {
  line: (line: string) => void
  /** Its last lines without secrets, as a record holds them: at most 20 and 8 kB. Empty: it wrote nothing. */
  last: () => string
}

/** What the programs of one attempt write. */
export interface Outputs {
  of: (program: string) => Output
  /** Where all of it lies, of the programs that wrote anything. Waits until it does. */
  close: () => Promise<OutputFile[]>
}

/** Enough to see what went wrong, little enough to be read in a thread and kept in a record. */
const most = { lines: 20, bytes: 8_192 }

/**
 * The one way in which a run keeps what its programs write: the last lines for a record, all lines in a file of the run's
 * folder. Secrets are taken out line by line before anything is kept. A file that cannot be written fails nothing.
 * @param name of the attempt, as files of this folder begin
 */
export function openOutputs(folder: string, name: string, redact: Redact): Outputs {
  const opened = new Map<string, { output: Output; close: () => Promise<OutputFile | null> }>()
  return {
    of(program) {
      const known =
        opened.get(program) ?? openOutput(program, path.join(folder, `${name}-${program}.log`), redact)
      opened.set(program, known)
      return known.output
    },
    async close() {
      const files = await Promise.all([...opened.values()].map(({ close }) => close()))
      return files.filter((file) => file !== null)
    },
  }
}

function openOutput(
  program: string,
  file: string,
  redact: Redact,
): { output: Output; close: () => Promise<OutputFile | null> } {
  const redactLine = makeLineRedactor(redact)
  const all = appendTo(file)
  const last: string[] = []
  let bytes = 0
  const sizeOf = (line: string): number => Buffer.byteLength(line) + 1
  return {
    output: {
      line(written) {
        const line = redactLine(stripVTControlCharacters(whole(written)))
        if (line === null) return
        all.append(`${line}\n`)
        bytes += sizeOf(line)
        last.push(line)
        while (last.length > most.lines || (last.length > 1 && bytes > most.bytes))
          bytes -= sizeOf(last.shift()!)
      },
      last: () => firstBytes(last.join('\n').trim(), most.bytes),
    },
    async close() {
      if (last.length === 0) return null
      return { program, file, host: hostname(), lacks: await all.end() }
    },
  }
}

/** A line that was cut may end with the first half of a secret, which nobody would find. */
const whole = (line: string): string =>
  line.length < longestLine ? line : `${line.slice(0, line.lastIndexOf(' ') + 1)}…`

function firstBytes(text: string, limit: number): string {
  const written = Buffer.from(text)
  return written.length <= limit
    ? text
    : written
        .subarray(0, limit)
        .toString()
        .replace(/\uFFFD$/, '')
}
