import { mkdir, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { makeHrmsDatabase } from '../demo/hrms/database.ts'
import { unread } from '../demo/stage/unread.ts'
import { takeDump } from '../src/adapters/dump.ts'
import { libpqEnvironment } from '../src/adapters/libpq.ts'
import type { TargetAddress } from '../src/adapters/postgres/target-address.ts'
import { run } from '../src/adapters/process.ts'
import { findProgram } from '../src/adapters/program-path.ts'
import { clientTools } from '../src/adapters/tools.ts'
import type { Ground } from './ground.ts'
import { inTurn, median, milliseconds, type Line } from './measure.ts'

const rounds = 5
const size = { tenants: 500, admins: 2_000, tokens: 500_000, audit: 300_000 }

/** What the document does, with its own options; the server's tools are named in full, since a wrapper would differ. */
const documented = `
"$PG_DUMP" -d "$PGDATABASE" -F c -b -v -f "$BACKUP_FILE" 2>&1 | tee -a "$LOG_FILE"
"$PG_RESTORE" --list "$BACKUP_FILE" > /dev/null 2>&1 || exit 1
md5sum "$BACKUP_FILE" > "$BACKUP_FILE.md5"`

/**
 * A whole backup, proven by reading it through, beside the backup script of the document that this replaces, which
 * reads the table of contents alone.
 */
export async function backups(ground: Ground): Promise<Line[]> {
  const url = await ground.makeDatabase('hrms_master')
  await makeHrmsDatabase(url, size)
  const address: TargetAddress = {
    url,
    variable: 'HRMS_MASTER_URL',
    host: new URL(url).host,
    database: 'hrms_master',
  }
  const folder = path.join(ground.folder, 'backups')
  const theirs = path.join(ground.folder, 'documented')
  let [bytes, theirBytes, databaseBytes] = [0, 0, 0]

  const { ours, peer, bare } = await inTurn(rounds, {
    ours: async () => {
      const lasted = await milliseconds(async () => {
        const taken = await takeDump(address, {
          folder,
          name: 'bench',
          applicationName: 'lockkeeper:bench',
          estimateBytes: null,
          signal: new AbortController().signal,
          output: unread,
          progress() {},
        })
        if (taken.status !== 'done') throw new Error(JSON.stringify(taken))
        ;({ bytes, databaseBytes } = taken.facts)
      })
      await rm(folder, { recursive: true })
      return lasted
    },
    peer: async () => {
      await mkdir(theirs)
      const file = path.join(theirs, 'bench.backup')
      const lasted = await milliseconds(() =>
        shell(documented, address, { BACKUP_FILE: file, LOG_FILE: path.join(theirs, 'backup.log') }),
      )
      theirBytes = (await stat(file)).size
      await rm(theirs, { recursive: true })
      return lasted
    },
    bare: () => milliseconds(() => shell('"$PG_DUMP" -F c -Z 0 > /dev/null', address)),
  })
  const ratio = median(ours) / median(peer)
  const without = (await Promise.all(['zstd', 'stdbuf'].map(absent))).flat()
  return [
    {
      what: `a backup of ${mb(databaseBytes)}, read through`,
      ours: `${both(ours)}, ${mb(bytes)}${without.length > 0 ? `, without ${without.join(' and ')}` : ''}`,
      peer: `${both(peer)}, ${mb(theirBytes)}: the document’s script`,
      ratio,
      asked: { says: 'ratio ≤ 0.3', holds: ratio <= 0.3 },
    },
    {
      // What a dump of one stream cannot fall below, so that it is seen how much of ours is ours.
      what: 'of it: the rows through pg_dump alone, kept nowhere',
      ours: both(bare),
      peer: `${both(peer)}: the document’s script`,
      ratio: median(bare) / median(peer),
      asked: null,
    },
  ]
}

async function shell(
  script: string,
  address: TargetAddress,
  variables: Record<string, string> = {},
): Promise<void> {
  const tools = await clientTools('15.0')
  if (!tools.ok) throw new Error(tools.problem.code)
  const ended = await run('/bin/bash', ['-c', script], {
    environment: {
      ...libpqEnvironment(address, 'bench', process.env),
      PG_DUMP: tools.value.pgDump,
      PG_RESTORE: tools.value.pgRestore,
      ...variables,
    },
  })
  if (ended.exitCode !== 0) throw new Error(ended.lastLines.join('\n'))
}

/** What makes backups quicker where it is installed. */
const absent = async (program: string): Promise<string[]> =>
  (await findProgram(program, process.env)) === null ? [program] : []

/** Their scatter shows how much else the machine did. */
const both = (times: readonly number[]): string => `${s(median(times))}, best ${s(Math.min(...times))}`
const s = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`
const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
