import { dotnet, type Dotnet } from './dotnet.ts'

/** How a command of `dotnet ef` or a bundle ended. */
export interface EfEnded {
  exitCode: number | null
  signal: string | null
  aborted: boolean
  /** What it answers, without what it says besides. */
  data: string
  said: EfSaid
}

/** What it says of a failure, as far as people may see it. An `error:` line alone is none: its exit code decides. */
export interface EfSaid {
  /** Of the server's error: null where it was none. */
  sqlstate: string | null
  schema: string | null
  table: string | null
  column: string | null
  constraint: string | null
  /** The command that failed on the server; the migration's own text. */
  statement: string | null
  /** Its last line about itself. Null after an error of the server, whose words may hold rows. */
  sentence: string | null
  /**
   * Why `Main` built no host, where the tool asked it for one: of an exception its message, of the server's error its code
   * alone. It goes on without, and what fails then says nothing of this.
   */
  main: string | null
}

/** One command of `dotnet ef`, answered by the build that is there. */
export async function ef(at: Dotnet, words: readonly string[], rest: readonly string[]): Promise<EfEnded> {
  return ended(await dotnet(at, ['ef', ...words, ...plainly, ...rest]))
}

/** Lines that can be told apart: `data:`, `info:`, `warn:`, `error:`, `verbose:`. */
export const plainly = ['--prefix-output', '--no-color']

export function ended(ran: {
  exitCode: number | null
  signal: string | null
  aborted: boolean
  lastLines: readonly string[]
}): EfEnded {
  const { exitCode, signal, aborted, lastLines } = ran
  const data = lastLines.flatMap((line) => partOf(line, 'data')).join('\n')
  return { exitCode, signal, aborted, data, said: readSaid(lastLines) }
}

/** Prefixes are nine characters wide. */
const partOf = (line: string, prefix: string): string[] =>
  line.startsWith(`${prefix}:`) ? [line.slice(9)] : []

const marker = /^error: {3}Failed executing DbCommand /

/**
 * Reads Npgsql's account of an exception (`SqlState: 55P03`, `TableName: …`): codes and names, never its message. Of the
 * commands that failed the last one counts: the question whether there is a history fails first, and means nothing.
 */
export function readSaid(lines: readonly string[]): EfSaid {
  const exception = lines.findLastIndex((line) => /^\w+: +SqlState: \w{5}$/.test(line))
  const after = exception === -1 ? [] : lines.slice(exception)
  const named = (name: string): string | null => {
    const line = after.find((one) => /^\w+: +(\w+): /.exec(one)?.[1] === name)
    return line ? line.slice(line.indexOf(`${name}: `) + name.length + 2).trim() : null
  }
  const failed = lines.findLastIndex((line, index) => marker.test(line) && index < exception)
  const sentence = sentences(lines).at(-1)
  return {
    sqlstate: named('SqlState'),
    schema: named('SchemaName'),
    table: named('TableName'),
    column: named('ColumnName'),
    constraint: named('ConstraintName'),
    statement: failed === -1 ? null : statementAt(lines, failed + 1),
    sentence: exception === -1 && sentence ? sentence.slice(9).trim() : null,
    main: hostError(lines),
  }
}

/** "An error occurred while accessing the Microsoft.Extensions.Hosting services. Continuing without … Error: …" */
function hostError(lines: readonly string[]): string | null {
  const line = lines.find((one) => /^warn: .*Microsoft\.Extensions\.Hosting services/.test(one))
  const at = line?.indexOf('Error: ') ?? -1
  const error = line && at !== -1 ? line.slice(at + 'Error: '.length) : ''
  if (!error) return null
  return /^([0-9A-Z]{5}): /.exec(error)?.[1] ?? error
}

/** Lines of `error:` that are not the text of a command. */
function sentences(lines: readonly string[]): string[] {
  let isCommand = false
  return lines.filter((line) => {
    isCommand = marker.test(line) || (isCommand && line.startsWith('error:'))
    return !isCommand && line.startsWith('error:')
  })
}

function statementAt(lines: readonly string[], first: number): string {
  const end = lines.findIndex((line, index) => index >= first && !line.startsWith('error:'))
  return lines
    .slice(first, end === -1 ? undefined : end)
    .flatMap((line) => partOf(line, 'error'))
    .join('\n')
}
