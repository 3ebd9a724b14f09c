import { nearest } from '../nearest.ts'
import type { Contact } from '../domain/escalation.ts'
import { webhookNames } from '../domain/webhook.ts'
import type { CrossFault, Sections } from './cross-fault.ts'
import { isVariable, namesIn } from './placeholders.ts'
import { secretsIn } from './secrets-written.ts'

/** Who may answer a run's questions, as the configuration says. */
export interface Deciders {
  people: readonly string[]
  groups: readonly string[]
}

/** Who an escalation names: somebody there is, at some time, who can decide or is told only; and what they are asked with. */
export function peopleUnfit(sections: Sections, deciders?: Deciders): CrossFault[] {
  return [...(sections.contacts ?? []).flatMap(waysUnfit), ...stepsUnfit(sections, deciders)]
}

function stepsUnfit({ escalation = [], contacts }: Sections, deciders?: Deciders): CrossFault[] {
  const known = contacts?.map((contact) => contact.role)
  return escalation.flatMap((step, i): CrossFault[] => {
    const contact = contacts?.find(({ role }) => role === step.contact)
    return [
      ...(known && !contact ? [unknownContact(step.contact, i, known)] : []),
      ...(step.after === undefined && step.whileOut === undefined && step.whenCritical === undefined
        ? [
            [
              ['escalation', i],
              'comes at no time',
              'Set after, whileOut or whenCritical, e.g. after: 15m.',
            ] as const,
          ]
        : []),
      ...(contact && deciders && contacts
        ? undecided(contact, ['contacts', contacts.indexOf(contact)], deciders)
        : []),
    ]
  })
}

function unknownContact(role: string, i: number, known: readonly string[]): CrossFault {
  const meant = nearest(role, known)
  return [
    ['escalation', i, 'contact'],
    'is not the role of a contact',
    meant ? `Did you mean \`${meant}\`?` : 'Add it under contacts.',
  ]
}

const orInformed = 'add informed: true, if this contact is told only'

/** Pinging somebody at night who then may not answer wakes the wrong one. Who is in a group is not known here. */
function undecided(
  { person, group, informed }: { person?: string | undefined; group?: string | undefined; informed: boolean },
  path: readonly (string | number)[],
  { people, groups }: Deciders,
): CrossFault[] {
  if (informed) return []
  return [
    ...(person && !people.includes(person) && groups.length === 0
      ? [
          [
            [...path, 'person'],
            'is pinged, and may not decide',
            `List them under migration-operators in lockkeeper.yml; or ${orInformed}.`,
          ] as const,
        ]
      : []),
    ...(group && !groups.includes(group)
      ? [
          [
            [...path, 'group'],
            'is pinged, and may not decide',
            `List it under the groups of migration-operators in lockkeeper.yml; or ${orInformed}.`,
          ] as const,
        ]
      : []),
  ]
}

const inBraces = 'write its name in braces, e.g. {PAGERDUTY_KEY}'

/** What is sent to another pager, or to who tells who is on call: names that have a value, and no secret. */
function waysUnfit({ onCall, webhook }: Contact, i: number): CrossFault[] {
  const at = ['contacts', i]
  return [
    ...namesUnknown({ url: onCall?.url, headers: onCall?.headers }, [...at, 'onCall'], []),
    ...secretsIn(onCall?.headers, [...at, 'onCall', 'headers'], inBraces),
    ...namesUnknown({ ...webhook }, [...at, 'webhook'], webhookNames),
    ...secretsIn(webhook, [...at, 'webhook'], inBraces),
  ]
}

function namesUnknown(
  parts: Record<string, unknown>,
  path: readonly (string | number)[],
  known: readonly string[],
): CrossFault[] {
  return Object.entries(parts).flatMap(([key, part]) =>
    namesIn(part)
      .filter((name) => !isVariable(name) && !known.includes(name))
      .map((name): CrossFault => {
        const meant = nearest(name, known)
        return [
          [...path, key],
          `uses {${name}}, which has no value here`,
          meant
            ? `Did you mean {${meant}}?`
            : `${known.length ? `Known are ${known.map((each) => `{${each}}`).join(', ')}. ` : ''}Names of environment variables are written in capitals.`,
        ]
      }),
  )
}
