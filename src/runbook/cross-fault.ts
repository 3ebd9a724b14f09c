import type { Runbook } from '../domain/runbook.ts'
import type { Path } from '../yaml/places.ts'

/** A fault that no single value shows: where, what, and what helps. */
export type CrossFault = readonly [path: Path, what: string, remedy: string]

/** The parts of a file that are good by themselves. */
export type Sections = Partial<Omit<Runbook, 'folder'>>
