import { addressee, testKey } from '../../domain/delivery.ts'
import { askedPeople, type ReachTest, type TestTarget, type Tried } from '../../domain/reach-test.ts'
import {
  bold,
  clock,
  code,
  note,
  person,
  say,
  text,
  type Form,
  type Line,
  type Row,
  type View,
} from '../../domain/view.ts'
import { counted } from '../words/amounts.ts'
import { contactTimes } from './contacts.ts'
import { codes, joined, whom } from '../words/line.ts'
import { faultLine } from '../problem/people-reach.ts'
import { moment } from '../words/time.ts'

const answeredLine = (test: ReachTest): Line =>
  say`${test.answers.length} of ${counted(askedPeople(test).length, 'person', 'people')} answered`

/** What a test of who is reached came to, in the channel: edited as answers come. */
export function testView(test: ReachTest, outcomes: readonly Tried[]): View {
  const { runbook, by, at, lost, untold } = test
  return {
    state: say`${bold('Test:')} who is reached for ${bold(runbook.name)}. ${answeredLine(test)}`,
    parts: [
      {
        part: 'rows',
        rows: [
          ...test.targets.map((target) => targetRow(test, target, outcomes)),
          ...lost.map(({ contact, why }): Row => ({
            word: 'Failed',
            line: say`${bold(contact)}: nobody knows who is on call, ${faultLine(why)}`,
          })),
          ...(untold.length
            ? [{ word: 'Failed' as const, line: say`Slack tells of nobody in user group ${codes(untold)}` }]
            : []),
        ],
      },
      note(
        say`Nothing has happened: ${whom(by)} tries it, since ${clock(at)}.${
          test.targets.some(({ to }) => !('person' in to)) ? ' E-mail and pagers are not counted.' : ''
        }`,
      ),
    ],
    actions: [],
  }
}

function targetRow(test: ReachTest, { to, contacts }: TestTarget, outcomes: readonly Tried[]): Row {
  const name =
    'pager' in to
      ? say`the pager of ${to.pager}`
      : say`${'person' in to ? person(to.person) : to.mail} (${contacts.join(', ')})`
  const outcome = outcomes.find((each) => addressee(each.to) === addressee(to))
  if (outcome?.state === 'refused')
    return { word: 'Failed', line: say`${name}: not sent, ${code(outcome.error ?? 'refused')}` }
  const isSent = outcome?.state === 'sent'
  if (!('person' in to))
    return isSent
      ? { word: 'Passed', line: say`${name}: ${'mail' in to ? 'the mail server took it' : 'it took it'}` }
      : { word: 'Now', line: say`${name}: on its way` }
  const answer = test.answers.find((each) => each.person === to.person)
  if (answer) return { word: 'Passed', line: say`${name} answered at ${clock(answer.at)}` }
  return { word: 'Now', line: say`${name}: ${isSent ? 'sent, no answer yet' : 'on its way'}` }
}

/** What somebody is told who is tried. */
export function testPing(test: ReachTest, to: string): View {
  const { runbook, by, at, number } = test
  const target = test.targets.find((each) => addressee(each.to) === to)
  const answer = test.answers.find((each) => each.person === to)
  if (answer)
    return {
      state: say`${bold('Thank you:')} you are reached for ${bold(runbook.name)}, since ${clock(answer.at)}`,
      parts: [note(say`It was a test. Nothing is left to do.`)],
      actions: [],
    }
  const answers = target !== undefined && 'person' in target.to
  return {
    state: say`${bold('A test, nothing has happened:')} ${whom(by)} tries who is reached for ${bold(runbook.name)} (${runbook.product})${
      answers ? '. Please say that you got it' : ''
    }`,
    parts: [
      text(
        say`You would be called as ${joined((target?.contacts ?? []).map((role) => contactTimes(runbook, role)))}.`,
      ),
      note(
        answers
          ? say`Who tries it sees whether you answer.`
          : say`Sent ${moment(at, at)}. You need not answer.`,
      ),
    ],
    actions: answers
      ? [
          {
            label: 'I got it',
            says: 'Says that this reached you; nothing else happens',
            command: 'who',
            input: { runbook: runbook.name, does: 'got', test: number },
          },
        ]
      : [],
  }
}

/** To the one who tries it. */
export const testBegun = (test: ReachTest): View => ({
  state: say`${bold('Sent:')} ${counted(test.targets.length, 'test ping')} for ${bold(test.runbook.name)}. Who answers is in ${{
    channel: test.runbook.channel,
    message: testKey(test.id),
  }}`,
  parts: test.lost.map(({ contact, why }) =>
    text(say`${bold(`Nobody knows who is on call for ${contact}:`)} ${faultLine(why)}.`),
  ),
  actions: [],
})

/** To somebody who says that they got it; null: it was not for them. */
export const gotSaid = (runbook: string, test: ReachTest | null): View => ({
  state: test
    ? say`${bold('Thank you.')} ${answeredLine(test)}`
    : say`No test of ${bold(runbook)} was sent to you. Nothing was counted`,
  parts: [],
  actions: [],
})

/** Asked where somebody has just tried it. */
export const testAgainForm = (test: ReachTest): Form => ({
  title: 'Test again',
  submit: 'Test again',
  parts: [
    text(
      say`${whom(test.by)} tried it at ${clock(test.at)}: ${answeredLine(test)}. Everybody is pinged once more.`,
    ),
  ],
  fields: [],
})
