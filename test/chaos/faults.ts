import { setTimeout } from 'node:timers/promises'
import type { Interference, Workspace } from '../slack/workspace.ts'
import type { Bots } from './bots.ts'
import type { Draw } from './draw.ts'
import type { Proxy } from './proxy.ts'

/** What can go wrong around a run. */
export interface Around {
  bots: Bots
  store: Proxy
  target: Proxy
  slack: Workspace
  /** How many steps the run has begun since it began to take something: only then does anybody need the card. */
  stepsInWindow(): Promise<number>
  /** Types the break-glass card. Returns where the run was, and how many of the card's commands failed. */
  typeCard(): Promise<{ at: string; failed: number }>
}

/** How a Slack that is not well answers: away, a proxy before it that lies, overloaded, or its answer is lost. */
const slackFaults: Record<string, Interference> = {
  away: 'cut',
  lies: { status: 200, headers: { 'content-type': 'text/html' }, json: '<html>Welcome</html>' },
  down: { status: 503, json: {} },
  limits: { status: 429, headers: { 'retry-after': '1' }, json: { ok: false, error: 'ratelimited' } },
  loses: 'lose',
}

/** Faults by name, and how often each is drawn. A fault ends itself. */
const shares = { kill: 8, store: 2, target: 2, slack: 4, card: 1 }
type Fault = keyof typeof shares
const faults = (Object.keys(shares) as Fault[]).flatMap((fault) => Array<Fault>(shares[fault]).fill(fault))

/** How many faults a run meets at most: after them it is let end. */
const most = 12

/**
 * Lets one fault after another happen until the run has ended or it met enough of them, and mends all. Returns what
 * happened, in order.
 */
export async function haveFaults(around: Around, draw: Draw, isOver: () => boolean): Promise<string[]> {
  const happened: string[] = []
  for (let left = draw.number(2, most); left > 0 && !isOver(); left -= 1) {
    await setTimeout(draw.number(20, 1500))
    const fault = draw.one(faults)
    const lasts = draw.number(50, 2500)
    if (fault === 'kill') {
      if (around.bots.kill(draw.number(0, 1))) happened.push('kill')
    } else if (fault === 'slack') {
      const how = draw.one(Object.keys(slackFaults))
      happened.push(`slack ${how} ${lasts} ms`)
      around.slack.interfere = () => slackFaults[how] ?? null
      await setTimeout(lasts)
      around.slack.interfere = () => null
    } else if (fault === 'card') {
      const steps = draw.number(1, 12)
      while (!isOver() && (await around.stepsInWindow()) < steps) await setTimeout(20)
      if (isOver()) break
      // Whoever uses it sees that no bot does anything: all are dead, or none reaches its store.
      const isStoreAway = draw.number(0, 1) === 0
      if (isStoreAway) around.store.cut()
      else await around.bots.down()
      const { at, failed } = await around.typeCard()
      happened.push(
        `card by hand at ${at}, ${isStoreAway ? 'store away' : 'no bot'}, ${failed} commands failed`,
      )
      if (isStoreAway) around.store.mend()
      else around.bots.start()
    } else {
      happened.push(`${fault} away ${lasts} ms`)
      around[fault].cut()
      // A bot that is killed meanwhile comes back to a database that is away.
      if (draw.number(0, 3) === 0) around.bots.kill(0)
      await setTimeout(lasts)
      around[fault].mend()
    }
  }
  return happened
}
