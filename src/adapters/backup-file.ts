import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import type { Done } from '../domain/step.ts'
import type { Identity } from '../domain/identity.ts'
import type { Instant } from '../domain/json.ts'
import type { Result } from '../domain/result.ts'
import { failure, ok } from '../domain/result.ts'
import { errorCode } from './error-code.ts'
import { processOf } from './process-table.ts'

/**
 * A backup is a folder: `NAME/database.dump.zst` with what belongs to it. While it is made the folder is called
 * `NAME.partial`; one rename makes a backup of it, whole or not at all.
 */
export const dumpFile = 'database.dump.zst'
export const globalsFile = 'globals.sql'
const recordFile = 'record.json'
const ownerFile = 'owner.json'
const partial = '.partial'
const removed = '.removed'

/** What is known about a backup, beside it: enough to judge and restore it without the bot. No secret. */
export type BackupRecord = Done['backup'] & {
  madeAt: Instant
  host: string
  identity: Identity
  serverVersion: string
  /** Of pg_dump. */
  toolVersion: string
  /** `schema name` of the tables whose rows must be in it. */
  tableNames: string[]
}

/** A folder that a dump left or is writing. Only what is `dead` may be removed: its process ran here and is gone. */
export interface Leftover {
  path: string
  owner: 'dead' | 'alive' | 'elsewhere'
}

/**
 * Makes the folder for a backup that is begun, in place of what an earlier life of the same attempt left. Fails with
 * `backup-folder`, also while another process is writing it.
 */
export async function beginBackup(folder: string, name: string): Promise<Result<string>> {
  const begun = path.join(folder, `${name}${partial}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const owner = await readOwner(begun)
    if (owner && owner.pid !== process.pid && (await ownerOf(begun)) !== 'dead')
      return failure({ code: 'backup-folder', folder: begun, errno: 'EBUSY' })
    await removeAll(begun)
    await mkdir(begun, { mode: 0o700 })
    await writeFile(path.join(begun, ownerFile), JSON.stringify(await ourselves()))
    return ok(begun)
  } catch (error) {
    return failure({ code: 'backup-folder', folder, errno: errorCode(error) })
  }
}

/**
 * Gives a backup its name, once all of it is on the disk. One of the same name, of an earlier life, is replaced. Whose it
 * is, it says until then: without that nobody could tell whether it may be removed.
 */
export async function publishBackup(begun: string, record: BackupRecord): Promise<void> {
  const final = begun.slice(0, -partial.length)
  await writeFile(path.join(begun, recordFile), JSON.stringify(record, null, 2), { flush: true })
  await flushFolder(begun)
  await removeFolder(final)
  await rename(begun, final)
  await rm(path.join(final, ownerFile))
  await flushFolder(path.dirname(final))
}

export async function readRecord(dump: string): Promise<BackupRecord | null> {
  try {
    return JSON.parse(await readFile(path.join(path.dirname(dump), recordFile), 'utf8')) as BackupRecord
  } catch {
    return null
  }
}

/** Removes a backup, with all that belongs to its dump. One that is gone already is removed. Fails with `backup-folder`. */
export async function removeDump(dump: string): Promise<Result<void>> {
  const folder = path.dirname(dump)
  if (path.basename(dump) !== dumpFile)
    return failure({ code: 'backup-folder', folder: dump, errno: 'EINVAL' })
  try {
    await removeFolder(folder)
    return ok(undefined)
  } catch (error) {
    return failure({ code: 'backup-folder', folder, errno: errorCode(error) })
  }
}

/**
 * Removes what an earlier life began under this name, whatever it says of its owner: whoever asks knows that it is no
 * longer wanted. A life that was killed before it had named itself would otherwise count as one at work for a minute.
 */
export const removeBegun = (folder: string, name: string): Promise<void> =>
  removeAll(path.join(folder, `${name}${partial}`))

/** What dumps that never became backups left here, and what others are writing now. */
export async function findLeftovers(folder: string): Promise<Leftover[]> {
  const names = await readdir(folder).catch(() => [])
  const left = names
    .filter((name) => name.endsWith(partial) || name.endsWith(removed))
    .map((name) => path.join(folder, name))
  return Promise.all(
    left.map(async (found) => ({
      path: found,
      owner: found.endsWith(removed) ? 'dead' : await ownerOf(found),
    })),
  )
}

/** Removes the leftovers of processes that are gone, and says which. */
export async function removeLeftovers(folder: string): Promise<string[]> {
  const dead = (await findLeftovers(folder))
    .filter(({ owner }) => owner === 'dead')
    .map((found) => found.path)
  for (const found of dead) await removeAll(found)
  return dead
}

/** It stops being a backup at once; then its files go. */
async function removeFolder(folder: string): Promise<void> {
  const going = `${folder}${removed}`
  await removeAll(going)
  try {
    await rename(folder, going)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  await removeAll(going)
}

/** Tools of a life that was killed may still be dying, and make a file while its folder goes: it is emptied again. */
const removeAll = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })

/** A rename or a new file is on the disk when its folder is. */
async function flushFolder(folder: string): Promise<void> {
  await using handle = await open(folder)
  await handle.sync()
}

type Owner = { host: string; pid: number; began: string }

const ourselves = async (): Promise<Owner> => ({
  host: hostname(),
  pid: process.pid,
  began: (await processOf(process.pid))?.began ?? '',
})

async function readOwner(begun: string): Promise<Owner | null> {
  try {
    return JSON.parse(await readFile(path.join(begun, ownerFile), 'utf8')) as Owner
  } catch {
    return null
  }
}

/** Milliseconds. Whoever makes the folder names itself in it at once; after this nobody will any more. */
const namelessFor = 60_000

async function ownerOf(begun: string): Promise<Leftover['owner']> {
  const owner = await readOwner(begun)
  if (!owner) {
    const made = await stat(begun).catch(() => null)
    return made && Date.now() - made.mtimeMs < namelessFor ? 'alive' : 'dead'
  }
  if (owner.host !== hostname()) return 'elsewhere'
  return (await processOf(owner.pid))?.began === owner.began ? 'alive' : 'dead'
}
