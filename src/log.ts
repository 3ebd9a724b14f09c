import pino from 'pino'
import { outageOf } from './outage.ts'
import { visibleJson } from './visible.ts'

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
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers: { err: told } },
    { write: (line) => write(visibleJson(redact(line))) },
  )
}

/** A database that is away is no fault of ours: where in our code it was missed would only hide what is one. */
const told = (error: Error): object =>
  outageOf(error) === null ? pino.stdSerializers.err(error) : { type: error.name, message: outageOf(error) }
