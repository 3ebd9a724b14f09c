import { nearest } from '../nearest.ts'
import type { CrossFault, Sections } from './cross-fault.ts'

/** Who may answer a run's questions, as the configuration says. */
export interface Deciders {
  people: readonly string[]
  groups: readonly string[]
}

/** Who an escalation names: somebody there is, at some time, who can decide or is told only. */
export function peopleUnfit({ escalation = [], contacts }: Sections, deciders?: Deciders): CrossFault[] {
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
