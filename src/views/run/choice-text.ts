import type { Line } from '../../domain/view.ts'
import type { Gate } from '../../domain/run.ts'
import type { Standing } from './standing.ts'

/** A choice at a gate: what its button says, and what it does now. */
export interface ChoiceText {
  /** At most 20 characters; with an ellipsis it opens a form. */
  label: string
  /** At most 75 characters, for screen readers. */
  says: string
  does: Line
  style?: 'primary' | 'danger'
}

/** A gate that is open, and how its run stands. */
export interface Asked {
  standing: Standing
  gate: Gate
}
