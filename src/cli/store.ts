import { glob, stat } from 'node:fs/promises'
import path from 'node:path'
import { conditionName } from '../adapters/postgres/sql-error.ts'
import { makeTarget, withSession } from '../adapters/postgres/target.ts'
import type { Config } from '../config.ts'
import type { Identity } from '../domain/identity.ts'
import type { Problem } from '../domain/problem.ts'
import { failure, ok, type Result } from '../domain/result.ts'
import { cardFile } from '../domain/run.ts'
import { runsFolder } from '../runs/folders.ts'
import { findEmbedded, ownerUnlessOurs } from '../store/embedded.ts'
import { accountHere } from './account.ts'

/** The bot's own database, as the terminal reaches it. */
export interface OwnStore {
  url: string
  /** Null where its server cannot be asked which one it is. */
  identity: Identity | null
}

/** The bot's own database, if it answers. Fails with `store-away` and `store-unreadable`, and as connecting to a target does. */
export async function findStore(config: Config): Promise<Result<OwnStore>> {
  const owner = config.databaseUrl ? null : await ownerUnlessOurs(config.folder)
  if (owner !== null)
    return failure({ code: 'store-unreadable', folder: config.folder, owner, user: accountHere().user })
  const url = config.databaseUrl ?? (await findEmbedded(config.folder))?.url('lockkeeper')
  if (!url) return failure(await storeAway(config, null))
  const asked = await askStore(url)
  return asked.ok ? ok({ url, identity: asked.value }) : failure(await ours(config, asked.problem))
}

async function askStore(url: string): Promise<Result<Identity | null>> {
  const { host, pathname } = new URL(url)
  const address = { url, variable: 'DATABASE_URL', host, database: decodeURIComponent(pathname.slice(1)) }
  const asked = await withSession(
    makeTarget(address, 'lockkeeper-terminal', null),
    'identify',
    async ({ identity }) => identity,
  )
  return asked.ok || asked.problem.code !== 'privilege-missing' ? asked : ok(null)
}

/** What is said of a target is not true of the bot's own database: other things follow. */
async function ours(config: Config, problem: Problem): Promise<Problem> {
  const { code } = problem
  if (code === 'target-unreachable' || code === 'session-lost') return storeAway(config, problem.errno)
  if (code === 'target-refused') return storeAway(config, problem.sqlstate)
  return code === 'target-missing' ? storeAway(config, '3D000') : problem
}

/** Cards that are named. More than the last runs' nobody needs. */
const cardsShown = 3

/**
 * The bot's own database cannot be used; where the break-glass cards lie, for whoever must undo a run without it.
 * @param why an errno code or a SQLSTATE; null: no embedded server runs.
 */
export async function storeAway(config: Config, why: string | null): Promise<Problem<'store-away'>> {
  const folder = runsFolder(config)
  const cards: { file: string; at: string }[] = []
  for await (const found of glob(`*/${cardFile}`, { cwd: folder })) {
    const file = path.join(folder, found)
    cards.push({ file, at: (await stat(file)).mtime.toISOString() })
  }
  const url = config.databaseUrl ? new URL(config.databaseUrl) : null
  return {
    code: 'store-away',
    store: url
      ? { host: url.host, database: decodeURIComponent(url.pathname.slice(1)) }
      : { embeddedIn: config.folder },
    why: why && /^\d/.test(why) ? `${why} ${conditionName(why)}` : why,
    card: path.join(folder, 'RUN', cardFile),
    cards: cards.toSorted((a, b) => b.at.localeCompare(a.at)).slice(0, cardsShown),
  }
}
