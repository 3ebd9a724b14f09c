import type { Plan } from '../domain/plan.ts'
import { bold, code, kept, say, text, type Part } from '../domain/view.ts'
import { hiddenIn } from '../visible.ts'
import { sqlFileName, sqlOf } from './plan-sql.ts'
import { counted } from './words/amounts.ts'
import { firstOf } from './words/line.ts'

const shownAtMost = 8

/** Characters that a reader of the SQL does not see, or that turn its order: how many, which, and in which lines. */
export function hiddenSigns(plan: Plan): Part[] {
  const found = hiddenIn(sqlOf(plan) ?? '')
  if (found.length === 0) return []
  const each = found.map(({ line, sign }) => say`${code(sign)} in line ${line}`)
  return [
    kept(
      text(
        say`${bold(`${counted(found.length, 'hidden character')} in ${sqlFileName(plan)}:`)} ${firstOf(each, shownAtMost)}. An editor may show these lines otherwise than they are run.`,
      ),
    ),
  ]
}
