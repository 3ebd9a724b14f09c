import { open } from 'node:fs/promises'
import type { Target } from '../../adapters/postgres/target.ts'
import type { Finding } from '../../domain/finding.ts'
import { ok, type Result } from '../../domain/result.ts'
import type { Program } from '../../domain/script.ts'
import { aboutSessions } from './notice.ts'
import { runProgram } from './program.ts'
import type { Project } from './project.ts'
import { withNameOfSessions } from './session-name.ts'

/** No assembly has it. A bundle that is asked for it makes its context, goes to its database, and ends. */
const nowhere = 'LockkeeperLooks'

/**
 * What would come out in the window only, with users out: a bundle that was made before the migration was written or
 * for another platform, whose factory misses something, or which goes to another database. Its sessions may read alone.
 * Fails as connecting does.
 */
export async function tryBundle(
  project: Project,
  target: Target,
  program: Program,
  migration: string,
): Promise<Result<Finding[]>> {
  const { file, named } = program
  if (!(await contains(file, migration)))
    return ok([{ level: 'blocker', problem: { code: 'bundle-lacks', file, migration } }])
  const tried = await withNameOfSessions(target, project, (naming) =>
    runProgram(naming, program, {
      to: nowhere,
      options: naming.at.environment['PGOPTIONS'] ?? '',
      signal: naming.at.signal ?? new AbortController().signal,
      onLine: () => {},
    }),
  )
  if (!tried.ok) return tried
  const { did, otherwise } = tried.value
  const unread: Finding = { level: 'warning', problem: { code: 'bundle-unread', file } }
  if (!otherwise) return ok(named ? [unread] : [])
  if (otherwise.instead !== null) return ok(aboutSessions(otherwise))
  const { exitCode, said } = did
  // It gets so far only where a server answered.
  const answered = said.sqlstate === readOnly || said.sentence?.includes(nowhere)
  const { host, database } = target.address
  const { connection } = project.settings
  const elsewhere = { code: 'bundle-elsewhere', file, planned: `${host}/${database}`, connection } as const
  if (answered) return ok([{ level: 'blocker', problem: elsewhere }])
  const { sqlstate, sentence } = said
  return ok([
    { level: 'blocker', problem: { code: 'bundle-unfit', file, exitCode, sqlstate, says: sentence } },
  ])
}

/** read_only_sql_transaction: EF makes its history table where there is none, before anything else. */
const readOnly = '25006'

/** Whether a file holds a text: attributes of an assembly are in UTF-8, also inside of a bundle. */
async function contains(file: string, text: string): Promise<boolean> {
  const wanted = Buffer.from(text)
  const handle = await open(file)
  try {
    let rest = Buffer.alloc(0)
    for await (const chunk of handle.createReadStream({ highWaterMark: 1 << 20 })) {
      const read = Buffer.concat([rest, chunk as Buffer])
      if (read.includes(wanted)) return true
      rest = read.subarray(Math.max(0, read.length - wanted.length))
    }
    return false
  } finally {
    await handle.close()
  }
}
