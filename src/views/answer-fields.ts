import type { Choice } from '../domain/choice.ts'
import { wantsReason } from '../domain/question.ts'
import type { Gate, Run } from '../domain/run.ts'
import type { Field } from '../domain/view.ts'
import { counted } from './words/amounts.ts'

/** What is typed or picked with an answer. */
export function answerFields(choice: Choice, { question }: Gate, run: Run): Field[] {
  if (choice === 'end-as-is') return [endReasonField, usersField(run)]
  return [
    ...(question.code === 'loss-grew' && choice === 'go-on' ? [lossField(question.counted)] : []),
    ...(wantsReason(choice, question) ? [reasonField] : []),
  ]
}

const reasonField: Field = {
  name: 'reason',
  kind: 'text',
  label: 'Why this check may be passed over',
  hint: 'Kept with the run, and shown in its history',
}

const endReasonField: Field = {
  name: 'reason',
  kind: 'text',
  label: 'Why the run ends as it is',
  hint: 'Kept with the run, and shown in its ending',
}

const usersField = (run: Run): Field => ({
  name: 'users',
  kind: 'select',
  label: 'Users',
  options: [
    { value: 'out', label: 'Leave access as it is now' },
    {
      value: 'in',
      label: 'Let users in',
      hint: `Access to ${run.plan.approved.runbook.target.database} as before the run`.slice(0, 75),
    },
  ],
})

export const lossField = (rows: number): Field => ({
  name: 'accepted',
  kind: 'number',
  label: 'The largest loss you accept, in rows',
  hint: `${counted(rows, 'row')} now; counted again under lock`,
})
