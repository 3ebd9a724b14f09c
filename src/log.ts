import pino from 'pino'

export type Log = pino.Logger

export interface LogOptions {
  /** `debug`, `info`, `warn`, `error` or `silent`. */
  level: string
  redact: (text: string) => string
  /** Where lines go; standard error by default, so that a command's answer on standard output stays clean. */
  write?: (line: string) => void
}

/** The log: one JSON object a line, without secrets. Every line passes the redactor as a whole, keys and stacks included. */
export function makeLog({
  level,
  redact,
  write = (line) => void process.stderr.write(line),
}: LogOptions): Log {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line) => write(redact(line)) },
  )
}
