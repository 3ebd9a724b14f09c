import type { Stage } from '../stage/open.ts'

export async function playStory(_stage: Stage, say: (line: string) => void): Promise<number> {
  say('not yet')
  return 1
}
