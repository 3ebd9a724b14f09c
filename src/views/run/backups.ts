import type { Done } from '../../domain/step.ts'
import type { Instant } from '../../domain/json.ts'
import { bold, code, dayAndClock, say, text, type Line, type View } from '../../domain/view.ts'
import { bytes, counted, seconds } from '../words/amounts.ts'
import { typed } from '../words/typed.ts'
import { noRoles } from '../words/no-roles.ts'

export type BackupListed = Done['backup'] & { madeAt: Instant; runbook?: string }

const shown = 20

/** Newest first. `runbook`: only of this one, or null for all. */
export function backupsView(backups: readonly BackupListed[], runbook: string | null): View {
  const newest = backups[0]
  const of = runbook ? say` of ${bold(runbook)}` : []
  if (!newest)
    return {
      state: say`No backup${of} yet`,
      parts: [text(say`Make one: ${typed(`backup ${runbook ?? 'RUNBOOK'}`)}. The application stays up.`)],
      actions: runbook
        ? [
            {
              label: 'Back up',
              says: `Dumps the database of ${runbook} now`.slice(0, 75),
              command: 'backup',
              input: { runbook },
            },
          ]
        : [],
    }
  const more = backups.length - shown
  return {
    state: say`${counted(backups.length, 'backup')}${of}, the newest of ${dayAndClock(newest.madeAt)}`,
    parts: [
      {
        part: 'list',
        numbered: false,
        items: [
          ...backups.slice(0, shown).map((backup) => backupLine(backup, runbook === null)),
          ...(more > 0 ? [say`and ${more} older`] : []),
        ],
      },
      text(say`Each was read through to its end when it was made. A restore loses everything written since.`),
    ],
    actions: [],
  }
}

const backupLine = (backup: BackupListed, named: boolean): Line =>
  say`${bold(backup.backup)}${named && backup.runbook ? ` · ${backup.runbook}` : ''} · ${dayAndClock(backup.madeAt)} · ${bytes(backup.bytes)} of ${bytes(backup.databaseBytes)}, ${counted(backup.tables, 'table')}, ${seconds(backup.seconds)} · ${code(backup.path)} · SHA-256 ${code(backup.sha256.slice(0, 16))}${backup.rolesMissing ? say` · without roles: ${noRoles(backup.rolesMissing)}` : ''}`
