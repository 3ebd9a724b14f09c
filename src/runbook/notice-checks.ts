import { nearest } from '../nearest.ts'
import { follows, kindOf, offsetOf, type About } from '../domain/notice.ts'
import { faultsOf, known as liquid, type TemplateFault } from '../templates/liquid.ts'
import { kindsWith, listVariables, variablesOf } from '../templates/variables.ts'
import { clipped } from '../views/words/line.ts'
import type { CrossFault, Sections } from './cross-fault.ts'

/** Who is told what, and when: audiences that are there and used, templates that can be filled, a name for one zone. */
export function noticesUnfit(runbook: Sections): CrossFault[] {
  const { notices = [] } = runbook
  return [
    ...notices.flatMap(({ at, to }, i) => [...toFit(at, to, i), ...unknownAudiences(to, i, runbook)]),
    ...toldTwice(notices),
    ...notices.flatMap(({ at, subject, text }, i) => [
      ...templateFaults(subject, kindOf(at), ['notices', i, 'subject']),
      ...templateFaults(text, kindOf(at), ['notices', i, 'text']),
    ]),
    ...unusedAudiences(runbook),
    ...zoneOfTwoNames(runbook),
  ]
}

type Notices = NonNullable<Sections['notices']>

function toFit(at: string, to: readonly string[], i: number): CrossFault[] {
  if (follows(kindOf(at)))
    return to.length > 0
      ? [
          [
            ['notices', i, 'to'],
            `is not asked: what is \`${at}\` goes to everybody who was told before`,
            'Leave it out.',
          ],
        ]
      : []
  return to.length === 0
    ? [[['notices', i, 'to'], 'names nobody', 'Name one of the audiences, e.g. to: [all users].']]
    : []
}

function unknownAudiences(to: readonly string[], i: number, { audiences }: Sections): CrossFault[] {
  if (!audiences) return []
  const names = Object.keys(audiences)
  return to.flatMap((name, j): CrossFault[] => {
    if (names.includes(name)) return []
    const meant = nearest(name, names)
    const remedy = meant
      ? `Did you mean \`${meant}\`?`
      : 'Define it under audiences: its channels, people, groups or mail.'
    return [[['notices', i, 'to', j], 'is not an audience', remedy]]
  })
}

/** A name with a typing error would otherwise be an audience that nobody ever tells anything. */
function unusedAudiences({ audiences, notices }: Sections): CrossFault[] {
  if (!audiences || !notices) return []
  const used = new Set(notices.flatMap(({ to }) => to))
  return Object.keys(audiences)
    .filter((name) => !used.has(name))
    .map((name) => [['audiences', name], 'is told nothing', 'Name it under to of a notice, or remove it.'])
}

/** At one time, everybody is told once; what follows has one text. */
function toldTwice(notices: Notices): CrossFault[] {
  const first = new Map<string, number>()
  return notices.flatMap(({ at, to }, i) =>
    (follows(kindOf(at)) ? [null] : to).flatMap((audience, j): CrossFault[] => {
      const told = JSON.stringify([offsetOf(at) ?? at, audience])
      const before = first.get(told)
      if (before === undefined) {
        first.set(told, i)
        return []
      }
      return [
        audience === null
          ? [['notices', i, 'at'], `is that of \`notices[${before}]\` too`, 'Keep one of them.']
          : [
              ['notices', i, 'to', j],
              `is told at the same time by \`notices[${before}]\``,
              'Make one notice of both, or take the audience out of one.',
            ],
      ]
    }),
  )
}

const templateFaults = (
  template: string,
  kind: About['is'],
  path: readonly (string | number)[],
): CrossFault[] => {
  const names = variablesOf(kind)
  return faultsOf(template, { names, lists: listVariables }).map((fault) => {
    const [what, remedy] = worded(fault, kind, names)
    return [path, `${what}, in its line ${fault.line}`, remedy]
  })
}

function worded(fault: TemplateFault, kind: About['is'], names: readonly string[]): [string, string] {
  if (fault.is === 'syntax')
    return [
      `is not Liquid that can be read: ${clipped(fault.says, 80)}`,
      `Write {{ name }} or {% if name %} … {% endif %}. There are the tags ${liquid.tags.join(', ')} and the filters ${liquid.filters.join(', ')}.`,
    ]
  if (fault.is === 'no-parts')
    return [`uses {{ ${fault.name} }}, and ${fault.of} has no parts`, `Write {{ ${fault.of} }}.`]
  const kinds = kindsWith(fault.name)
  if (kinds.length > 0)
    return [
      `uses {{ ${fault.name} }}, which only ${kinds.join(', ')} has`,
      `A notice of ${kind === 'ahead' ? 'a time before the start' : kind} knows ${names.join(', ')}.`,
    ]
  const meant = nearest(fault.name, names)
  return [
    `uses {{ ${fault.name} }}, which nobody fills`,
    meant ? `Did you mean {{ ${meant} }}?` : `Known here are ${names.join(', ')}.`,
  ]
}

/** What a zone is called all the year must be true all the year. */
function zoneOfTwoNames({ timeZone, timeZoneName }: Sections): CrossFault[] {
  if (!timeZone || timeZoneName === undefined) return []
  const called = namesIn(timeZone)
  return called.length > 1
    ? [
        [
          ['timeZoneName'],
          `is one name, and ${timeZone} has two: ${called.join(' and ')}`,
          'Leave it out: each time is then called as it is at its day.',
        ],
      ]
    : []
}

/** How a zone is called over two years from now: summer time begins and ends in each, by the rules that are known. */
function namesIn(timeZone: string): string[] {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' })
  const year = new Date().getUTCFullYear()
  return [
    ...new Set(
      Array.from(
        { length: 24 },
        (_, month) =>
          format.formatToParts(Date.UTC(year, month, 15)).find(({ type }) => type === 'timeZoneName')
            ?.value ?? '',
      ),
    ),
  ]
}
