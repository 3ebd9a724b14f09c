import { makeTarget, type Target, withSession } from '../../../src/adapters/postgres/target.ts'
import type { TargetAddress } from '../../../src/adapters/postgres/target-address.ts'
import type { Identity } from '../../../src/domain/identity.ts'
import type { EfCoreSettings } from '../../../src/domain/runbook.ts'
import { ok } from '../../../src/domain/result.ts'
import { askProject } from '../../../src/engines/efcore/ask-project.ts'
import { projectOf, type Project } from '../../../src/engines/efcore/project.ts'
import { type Hrms, valueOf } from '../../adapters/postgres/hrms.ts'
import { hrmsBuild } from '../../dotnet.ts'
import { engineFor, environment, settings, type Given } from './hrms-project.ts'

/** The target as a plan has it: who answers is known. */
export async function planned(hrms: Hrms, at: Partial<TargetAddress> = {}): Promise<Target> {
  const { address, applicationName } = hrms.target()
  const target = (expected: Identity | null) => makeTarget({ ...address, ...at }, applicationName, expected)
  return target(valueOf(await withSession(target(null), 'identify', async ({ identity }) => identity)))
}

/** What a list of this project fails with. */
export async function fault(hrms: Hrms, given: Given) {
  const target = await planned(hrms)
  const engine = await engineFor(target, given)
  const listed = await engine.list(target)
  await engine.close()
  return listed.ok ? listed.value : listed.problem
}

/** The project of the build that all tests share, for this target. */
export async function builtFor(target: Target, given: Partial<EfCoreSettings> = {}): Promise<Project> {
  const { directory, environment: shared } = await hrmsBuild('after')
  const place = { folder: directory, address: target.address, builds: '', history: null }
  const wanted = settings({ environment: Object.keys(shared), ...given })
  return projectOf(wanted, { ...place, environment: { ...environment, ...shared } }, shared['ArtifactsPath']!)
}

/** What is known of that project, or why it is not. */
export async function asked(target: Target, given: Partial<EfCoreSettings> = {}) {
  const project = await builtFor(target, given)
  const answer = await askProject(project, { output: '', source: ok(null) }, target)
  return answer.ok ? answer.value.known : answer.problem
}
