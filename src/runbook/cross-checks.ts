import { nearest } from '../nearest.ts'
import type { Path } from '../yaml/places.ts'
import { requestsFor, runbookSchema } from '../domain/runbook.ts'
import type { CrossFault, Sections } from './cross-fault.ts'
import { noticesUnfit } from './notice-checks.ts'
import { pathsMissing } from './paths-missing.ts'
import { peopleUnfit, type Deciders } from './people-checks.ts'
import { isVariable, namesIn } from './placeholders.ts'
import { publicUnused } from './public-environment.ts'
import { secretFound, secretsIn } from './secrets-written.ts'

/** What a runbook's file cannot know by itself. What is not given is not checked. */
export interface Surroundings {
  /** Roles that the configuration defines. */
  roles?: readonly string[]
  /** Who may answer a run's questions. */
  deciders?: Deciders
}

/** The parts of a file that are good by themselves, so that a fault in one does not hide those between others. */
export function goodSections(written: unknown): Sections {
  if (typeof written !== 'object' || written === null) return {}
  const read = Object.entries(runbookSchema.shape).map(
    ([key, schema]) => [key, schema.safeParse((written as Record<string, unknown>)[key])] as const,
  )
  return Object.fromEntries(
    read.flatMap(([key, result]) => (result.success ? [[key, result.data]] : [])),
  ) as Sections
}

/** What must fit together within one runbook's text, whatever surrounds it. */
export const checkWithin = (runbook: Sections): CrossFault[] => [
  ...twice(runbook.services, 'services'),
  ...twice(runbook.functional, 'functional'),
  ...noticesUnfit(runbook),
  ...unsetNames(runbook),
  ...secretsWritten(runbook),
  ...timesUnfit(runbook),
  ...bundleUnused(runbook),
  ...publicUnused(runbook),
]

/** What must fit to what surrounds it, which may change while its text does not. `folder`: of its file. */
export async function checkAround(
  runbook: Sections,
  folder: string,
  known: Surroundings,
): Promise<CrossFault[]> {
  return [
    ...unknownRoles(runbook, known),
    ...peopleUnfit(runbook, known.deciders),
    ...(await pathsMissing(runbook, folder)),
  ]
}

function twice(list: readonly { name: string }[] = [], key: string): CrossFault[] {
  const names = list.map((each) => each.name)
  return names.flatMap((name, i) =>
    names.indexOf(name) < i
      ? [
          [
            [key, i, 'name'],
            `is the name of \`${key}[${names.indexOf(name)}]\` too`,
            'Name each one differently.',
          ] as const,
        ]
      : [],
  )
}

function unknownRoles({ approvals = [] }: Sections, { roles }: Surroundings): CrossFault[] {
  if (!roles) return []
  return approvals.flatMap(({ role }, i) => {
    if (roles.includes(role)) return []
    const meant = nearest(role, roles)
    const remedy = meant
      ? `Did you mean \`${meant}\`?`
      : `Define it in lockkeeper.yml under roles. Known are: ${roles.join(', ')}.`
    return [[['approvals', i, 'role'], 'is not a role of the configuration', remedy] as const]
  })
}

/** A name in braces is an environment variable in capitals, or what an earlier request kept. */
function unsetNames({ functional = [], services = [] }: Sections): CrossFault[] {
  const inRequests = functional.flatMap((request, i) => {
    const kept = keptBefore(functional, i)
    return (['url', 'headers', 'json'] as const).flatMap((key) =>
      namesIn(request[key])
        .filter((name) => !isVariable(name) && !kept.has(name))
        .map(
          (name) =>
            [
              ['functional', i, key],
              `uses {${name}}, which no earlier request keeps`,
              keepRemedy(name, [...kept]),
            ] as const,
        ),
    )
  })
  const inHealth = services.flatMap((service, i) =>
    namesIn(service.health.url)
      .filter((name) => !isVariable(name))
      .map(
        (name) =>
          [
            ['services', i, 'health', 'url'],
            `uses {${name}}, which is not the name of an environment variable`,
            'Write its name in capitals.',
          ] as const,
      ),
  )
  const wronglyKept = functional.flatMap((request, i) =>
    Object.keys(request.keep)
      .filter((name) => !/^[a-z]\w*$/.test(name))
      .map(
        (name) =>
          [
            ['functional', i, 'keep', name],
            'is not a name to keep a value under',
            'Begin it with a lower-case letter: names in capitals are environment variables.',
          ] as const,
      ),
  )
  return [...inRequests, ...inHealth, ...wronglyKept]
}

/** Names that earlier requests keep, whichever release answers this one. */
function keptBefore(functional: NonNullable<Sections['functional']>, i: number): Set<string> {
  const only = functional[i]?.only
  const [first = new Set<string>(), ...rest] = (only ? [only] : (['before', 'after'] as const)).map(
    (release) =>
      new Set(
        requestsFor({ functional: functional.slice(0, i) }, release).flatMap(({ keep }) => Object.keys(keep)),
      ),
  )
  return rest.reduce((names, more) => names.intersection(more), first)
}

function keepRemedy(name: string, kept: readonly string[]): string {
  const meant = nearest(name, kept)
  return meant
    ? `Did you mean {${meant}}?`
    : `Keep it in an earlier request (keep: { ${name}: path }), or write the name of an environment variable in capitals.`
}

const inBraces = 'write its name in braces, e.g. {HRMS_ADMIN_PASSWORD}'

/** A word for a secret with a value that no name in braces fills. */
function secretsWritten({ functional = [], services = [] }: Sections): CrossFault[] {
  const inRequests = functional.flatMap((request, i) => [
    ...secretsIn(request.headers, ['functional', i, 'headers'], inBraces),
    ...secretsIn(request.json, ['functional', i, 'json'], inBraces),
  ])
  const inCommands = services.flatMap(({ start, release }, i) => {
    const commands: [Path, readonly string[]][] = [
      [['start'], start],
      ...(['before', 'after'] as const).flatMap((when) =>
        (['deploy', 'undeploy'] as const).map((what): [Path, readonly string[]] => [
          ['release', when, what],
          release?.[when][what] ?? [],
        ]),
      ),
    ]
    return commands.flatMap(([path, words]) =>
      words.flatMap((word, at) =>
        /(passw[a-z]{0,10}|secret|token|key)=./i.test(word)
          ? [secretFound(['services', i, ...path, at], 'let the program read it there')]
          : [],
      ),
    )
  })
  return [...inRequests, ...inCommands]
}

function timesUnfit({ window, services = [] }: Sections): CrossFault[] {
  return [
    ...(window && window.drain >= window.within
      ? [
          [
            ['window', 'drain'],
            'is not shorter than window.within',
            'Leave time for the migration and the start.',
          ] as const,
        ]
      : []),
    ...services.flatMap(({ health }, i) =>
      health.every >= health.within
        ? [[['services', i, 'health', 'every'], 'is not shorter than within', 'Look more often.'] as const]
        : [],
    ),
  ]
}

function bundleUnused({ engine }: Sections): CrossFault[] {
  if (engine?.kind !== 'efcore' || engine.bundle === undefined || engine.apply === 'bundle') return []
  return [[['engine', 'bundle'], 'is named, and not used', 'Set engine.apply to bundle, or leave it out.']]
}
