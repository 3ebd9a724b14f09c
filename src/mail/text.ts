import type { View } from '../domain/view.ts'
import { letterParts } from '../views/notice/letter.ts'
import { lineText, partText, type Writing } from '../views/words/plain.ts'

/** A letter for who reads no HTML. */
export const textOf = (view: View, writing: Partial<Writing>): string =>
  [lineText(view.state, writing), ...letterParts(view).map((part) => partText(part, writing))].join('\n\n') +
  '\n'
