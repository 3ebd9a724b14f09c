import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'

/**
 * Appends lines to the audit file of this month (`audit-2026-11.jsonl`), readable by its owner alone, and returns once
 * they are on the disk. Throws what the file system says: then what they tell of must not be removed.
 */
export async function appendAudit(folder: string, lines: readonly string[], now: Date): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = await open(path.join(folder, `audit-${now.toISOString().slice(0, 7)}.jsonl`), 'a', 0o600)
  try {
    await file.appendFile(lines.map((line) => `${line}\n`).join(''))
    await file.sync()
  } finally {
    await file.close()
  }
}
