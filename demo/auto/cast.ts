import { channels } from '../workspace/cast.ts'
import type { Stage } from '../stage/open.ts'
import { follow, type Followed, type Listener } from './follow.ts'
import { makePlayer, type Player } from './people.ts'
import { plain } from './print.ts'

/** Three people in a workspace, and what all of them can look at. */
export interface Cast {
  followed: Followed
  asha: Player
  dan: Player
  mei: Player
  /** Waits for a message whose plain text says this. */
  reads: (says: RegExp) => Promise<void>
}

/** A story with its stage. */
export interface Play extends Cast {
  stage: Stage
  say: (line: string) => void
}

/** People who work in a workspace as they do through its page. `narrate`: is told what they do. */
export async function callCast(
  pageUrl: string,
  listener: Listener = {},
  narrate: (line: string) => void = () => {},
): Promise<Cast> {
  const followed = await follow(pageUrl, listener)
  const player = (name: string) => makePlayer(name, pageUrl, followed, narrate)
  return {
    followed,
    asha: player('asha'),
    dan: player('dan'),
    mei: player('mei'),
    async reads(says) {
      await followed.until(`a message that says ${says}`, () =>
        [...followed.messages.values()].some((message) => says.test(plain(message.text))),
      )
    },
  }
}

/** Where migrations are spoken of. */
export const room = channels.find((channel) => channel.name === 'migrations')?.id ?? ''

/** Approves a plan, as people do: opens it, then says so. */
export async function approve(cast: Cast, player: Player, plan: RegExp): Promise<void> {
  await player.click(/^Approve/, plan)
  await player.submit(await player.sees(/Approve plan/), {})
  await cast.reads(new RegExp(`${plan.source}[^]*(Reviewed|Approved) by [^]*@${player.name}`, 'i'))
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
