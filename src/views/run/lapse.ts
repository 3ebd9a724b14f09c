import type { Choice } from '../../domain/choice.ts'
import type { Gate } from '../../domain/run.ts'
import { clock, say, type Line } from '../../domain/view.ts'

/** What happens by itself when nobody answers. */
const lapsed: Record<Choice, string> = {
  retry: 'it is tried again by itself',
  'back-out': 'we go back by ourselves',
  'roll-back': 'the migration is taken back by itself',
  terminate: 'sessions are ended by themselves',
  wait: 'it waits on by itself',
  'go-on': 'it goes on by itself',
  accept: 'the service is kept running',
  leave: 'nothing happens',
  'undone-by-hand': 'the run ends',
  'end-as-is': 'the run ends as it is',
}

export const lapseLine = (gate: Gate): Line | null => {
  const { lapses } = gate.question
  return lapses ? say`Without an answer: at ${clock(lapses.at)} ${lapsed[lapses.as]}.` : null
}
