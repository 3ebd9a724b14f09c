import type { Check, Finding } from '../domain/finding.ts'
import type { RunKind } from '../domain/plan.ts'
import { whoAmI } from '../adapters/postgres/roles.ts'
import * as application from './findings-application.ts'
import * as host from './findings-host.ts'
import * as migration from './findings-migration.ts'
import { owning } from './findings-owner.ts'
import * as roles from './findings-roles.ts'
import * as server from './findings-server.ts'
import { blocker, type Looked } from './looked.ts'

interface Looking {
  /** In the words of the plan: `Passed: Prepared transactions`. */
  name: string
  look: (at: Looked) => Finding[] | Promise<Finding[]>
  /** Kinds of run that it is for. */
  of: readonly RunKind[]
  /** It reads what other roles' sessions do: without pg_monitor its answer would be unknown, not good. */
  sees?: true
}

const always: readonly RunKind[] = ['migrate', 'rollback', 'backup']
const moving: readonly RunKind[] = ['migrate', 'rollback']

const looks: readonly Looking[] = [
  { name: 'Server version', look: server.version, of: always },
  { name: 'Client tools', look: host.tools, of: always },
  { name: 'Roles in the backup', look: host.rolesOfBackup, of: always },
  { name: 'Backup folder', look: host.backupFolder, of: always },
  { name: 'Disk space for the backup', look: host.disk, of: always },
  { name: 'Right to read everything', look: roles.reading, of: always },
  { name: 'Environment variables', look: host.variables, of: moving },
  { name: 'State of the services', look: application.services, of: moving },
  { name: 'Health and functional requests', look: application.application, of: ['migrate'] },
  { name: 'Application role', look: roles.application, of: moving },
  { name: 'Right to close the database', look: roles.closing, of: moving },
  { name: 'Right to end sessions', look: roles.ending, of: moving },
  { name: 'Right to change the tables', look: roles.changing, of: moving },
  { name: 'Owner of what it makes', look: owning, of: moving },
  { name: 'Right to keep what a rollback drops', look: roles.keeping, of: ['rollback'] },
  { name: 'Right to mark what is done', look: roles.marking, of: moving },
  { name: 'Right to try out as the application', look: roles.tryingOut, of: ['migrate'] },
  { name: 'Sessions', look: server.otherSessions, of: moving, sees: true },
  { name: 'Background workers', look: server.backgroundWorkers, of: moving, sees: true },
  { name: 'Long transactions', look: (at) => server.openTransactions(at), of: moving, sees: true },
  { name: 'Prepared transactions', look: server.preparedTransactionsOpen, of: moving },
  { name: 'Running dumps', look: server.dumps, of: moving, sees: true },
  { name: 'Vacuum against wraparound', look: server.wraparound, of: moving, sees: true },
  { name: 'Patience with autovacuum', look: server.autovacuum, of: moving },
  { name: 'Lag of replicas', look: server.replicas, of: moving, sees: true },
  { name: 'Unused replication slots', look: server.unusedSlots, of: always },
  { name: 'Logical subscribers', look: server.subscribers, of: moving },
  { name: 'Synchronous standbys', look: server.standbys, of: moving },
  { name: 'Event triggers', look: server.schemaTriggers, of: moving },
  { name: 'Triggers of the tables', look: server.tableTriggers, of: moving },
  { name: 'Superusers', look: server.superusers, of: moving },
  { name: 'Other migrations', look: migration.others, of: moving },
  { name: 'Statements', look: migration.statements, of: moving },
  { name: 'Way down', look: migration.wayDown, of: ['migrate'] },
  { name: 'Loss of a rollback', look: migration.losses, of: moving },
  { name: 'Rows that a rollback cannot take back', look: migration.demands, of: moving },
  { name: 'Rows that a rollback deletes', look: migration.deletions, of: moving },
  { name: 'Tables to count', look: migration.countedTables, of: moving },
]

/**
 * Everything that is looked at, in order, each with what it found; without findings it passed. What could not be seen is
 * not among them: one blocker says why.
 */
export async function checkAll(at: Looked): Promise<Check[]> {
  const sees = at.sessions !== null
  const checks: Check[] = []
  if (at.kind !== 'backup')
    checks.push({
      name: 'Right to see sessions',
      findings: sees ? [] : [blocker({ code: 'monitoring-missing', role: await whoAmI(at.client) })],
    })
  // One after the other: they share a session.
  for (const each of looks.filter((one) => one.of.includes(at.kind) && (sees || !one.sees)))
    checks.push({ name: each.name, findings: await each.look(at) })
  return checks
}
