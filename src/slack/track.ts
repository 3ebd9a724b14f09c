/** Work that goes on after a request was acknowledged: a shutdown waits for it. */
export type Track = (work: Promise<void>) => Promise<void>

export function makeTrack(): { track: Track; settled: () => Promise<void> } {
  const underWay = new Set<Promise<void>>()
  return {
    async track(work) {
      underWay.add(work)
      try {
        await work
      } finally {
        underWay.delete(work)
      }
    },
    async settled() {
      while (underWay.size) await Promise.allSettled(underWay)
    },
  }
}
