import { expect, test } from 'vitest'
import { playRound } from './round.ts'

/**
 * `npm run chaos`: whole runs on real parts while bots are killed, and store, target and Slack fail.
 * CHAOS_SECONDS (default 600): after these no round begins. CHAOS_SEED: the first round's seed; with CHAOS_ROUNDS=1 it
 * repeats one round.
 */
const seconds = Number(process.env['CHAOS_SECONDS'] ?? 600)
const rounds = Number(process.env['CHAOS_ROUNDS'] ?? Infinity)
const first = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000_000)

test('whatever fails on the way, each run ends as it says, once, with everything given back', async () => {
  const began = performance.now()
  const endings: Record<string, number> = {}
  let kills = 0
  let played = 0
  console.log(`chaos: CHAOS_SEED=${first}, ${seconds} s`)
  do {
    const seed = first + played * 1_000
    const round = await playRound(seed)
    played += 1
    kills += round.kills
    endings[round.ending] = (endings[round.ending] ?? 0) + 1
    console.log(
      `chaos: seed ${seed} ${round.ending}: ${round.happened.join(', ')}; asked ${round.asked.join(', ') || 'nothing'}`,
    )
  } while (played < rounds && performance.now() - began < seconds * 1000)
  console.log(`chaos: ${played} runs (${JSON.stringify(endings)}), ${kills} kills, no fault`)
  expect(played).toBeGreaterThan(0)
}, 0)
