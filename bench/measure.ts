/** One line of the report: ours beside a peer, measured in the same run, in turn. */
export interface Line {
  what: string
  ours: string
  peer: string
  /** Ours by the peer's. */
  ratio: number
  /** What is asked of it, and whether it is so; null: nothing is asked, it is there to be known. */
  asked: { says: string; holds: boolean } | null
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** The least value that a share of all values does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Measures things in turn, so that whatever else the machine does meets all. The first of each is thrown away. */
export async function inTurn<Name extends string>(
  rounds: number,
  things: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(things) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, number[]>
  for (let round = 0; round <= rounds; round++)
    for (const name of names) {
      const lasted = await things[name]()
      if (round > 0) measured[name].push(lasted)
    }
  return measured
}
