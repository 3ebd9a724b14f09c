import { bold, note, person, say, text, type View } from '../../domain/view.ts'
import { acknowledgeLabel } from './acknowledged.ts'

/** The page behind a link in an e-mail: where the run is, and what its one button does. */
export function takePage(run: string, owner: string, status: View): View {
  return {
    ...status,
    parts: [
      text(
        say`${bold(acknowledgeLabel)} says that ${person(owner)} looks after run ${run}: nobody else is pinged for now, and its questions go to them.`,
      ),
      ...status.parts,
      note(['Opening this page has changed nothing.']),
    ],
  }
}
