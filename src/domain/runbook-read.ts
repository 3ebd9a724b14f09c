import type { Instant } from './json.ts'
import { sha256OfJson } from './digest.ts'
import type { Runbook } from './runbook.ts'

/** A runbook as a process read it. */
export interface ReadRunbook {
  name: string
  /** Absolute, without links: relative paths in it start in its folder. */
  file: string
  /** SHA-256 of what stands under each of its keys. */
  sections: Record<string, string>
}

/** As a bot read it. */
export type RecordedRunbook = ReadRunbook & { host: string; at: Instant }

/** What is compared of a runbook. */
export function readRunbook(runbook: Runbook, file: string): ReadRunbook {
  const { folder: _, ...written } = runbook
  const sections = Object.entries(written).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, sha256OfJson(value)]],
  )
  return { name: runbook.name, file, sections: Object.fromEntries(sections) }
}

/** The keys in which two readings differ; `file` alone: the same text in another place. */
export function differencesOf(one: ReadRunbook, other: ReadRunbook): string[] {
  const keys = new Set([...Object.keys(one.sections), ...Object.keys(other.sections)])
  const differs = [...keys].filter((key) => one.sections[key] !== other.sections[key]).toSorted()
  return one.file === other.file || differs.length > 0 ? differs : ['file']
}
