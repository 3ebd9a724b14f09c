import { channels } from '../workspace/cast.ts'
import type { Stage } from '../stage/open.ts'
import type { Followed } from './follow.ts'
import type { Player } from './people.ts'

/** Who plays, and what they can look at. */
export interface Play {
  stage: Stage
  followed: Followed
  asha: Player
  dan: Player
  mei: Player
  say: (line: string) => void
  /** Waits for a message whose plain text says this. */
  reads: (says: RegExp, seconds?: number) => Promise<void>
}

/** Where migrations are spoken of. */
export const room = channels.find((channel) => channel.name === 'migrations')?.id ?? ''

/** Seconds until a plan is there, at most: with EF Core the application is built for it, on a busy machine slowly. */
export const planning = 240

/** Approves a plan, as people do: opens it, then says so. */
export async function approve(play: Play, player: Player, plan: RegExp): Promise<void> {
  await player.click(/^Approve/, plan)
  await player.submit(await player.sees(/Approve plan/), {})
  await play.reads(new RegExp(`${plan.source}[^]*(Reviewed|Approved) by [^]*@${player.name}`, 'i'))
}

/** Opens the run's form and types the database's name. */
export async function run(player: Player, plan: RegExp, database: string): Promise<void> {
  await player.click(/^Run…/, plan)
  await player.submit(await player.sees(/Run (migration|rollback)/), { name: database })
}

/** Fails with what was expected. */
export function expect(what: string, holds: boolean, found: unknown): void {
  if (!holds) throw new Error(`Expected: ${what}. Found: ${JSON.stringify(found)}`)
}

interface Seen {
  status: number
  body: Record<string, unknown>
}

export async function ask(url: string): Promise<Seen> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5000) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

/** HRMS answers, runs this release, and has every write that it was told is kept. */
export async function expectHrms({ stage, say }: Play, release: string): Promise<void> {
  const health = await ask(`${stage.hrmsUrl}/health`)
  expect(
    `HRMS is healthy with its release "${release}"`,
    health.status === 200 && health.body['release'] === release,
    health,
  )
  const writes = await ask(`${stage.hrmsUrl}/writes`)
  expect('no acknowledged write is lost', writes.status === 200 && writes.body['lost'] === 0, writes)
  say(
    `\n✓ HRMS is healthy (release ${release}); ${String(writes.body['acknowledged'])} writes acknowledged, none lost.`,
  )
}
