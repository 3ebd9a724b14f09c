import { pipe, shellStatus, type Ended, type Piped, type RunOptions } from './process.ts'

/** A program and its arguments. */
export type Words = readonly [program: string, ...args: string[]]

/** How both programs ended. Null: the first was killed together with who would say it. */
export interface BothEnded {
  first: Pick<Ended, 'exitCode' | 'signal'> | null
  second: Ended
}

const saying = 'the first of both ended with '

/**
 * Two programs on one leash, the output of the first being the input of the second by a pipe that does not go through
 * us: for what is too much for our event loop. We write to the first one and read from the second one. The first ends by
 * SIGPIPE where the second has read enough.
 */
export function pipeBoth(
  first: Words,
  second: Words,
  options: RunOptions,
): Omit<Piped, 'ended'> & { ended: Promise<BothEnded> } {
  const script = `{ ${quoted(first)}; echo "${saying}$?" >&2; } | ${quoted(second)}`
  const { onLine } = options
  const { stdin, stdout, ended } = pipe('/bin/sh', ['-c', script], {
    ...options,
    ...(onLine && { onLine: (line) => line.startsWith(saying) || onLine(line) }),
  })
  const both = ended.then((second): BothEnded => {
    const told = second.lastLines.findLast((line) => line.startsWith(saying))
    return {
      first: told === undefined ? null : shellStatus(Number(told.slice(saying.length))),
      second: { ...second, lastLines: second.lastLines.filter((line) => line !== told) },
    }
  })
  return { stdin, stdout, ended: both }
}

/** As a shell reads it back word by word, whatever is in it. */
const quoted = (words: Words): string =>
  words.map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
