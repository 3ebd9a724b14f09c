import type { CrossFault, Sections } from './cross-fault.ts'
import { nearest } from '../nearest.ts'
import { namesIn } from './placeholders.ts'

/** A mistyped name would leave the value secret, and people would see `[secret]` where a port belongs. */
export function publicUnused(runbook: Sections): CrossFault[] {
  const { publicEnvironment = [], services, engine, contacts, functional } = runbook
  // One of them has faults: it may use the variable.
  if (!services || !engine || !contacts || !functional) return []
  const used = new Set([
    ...services.flatMap((service) => [...service.environment, ...namesIn(service.health.url)]),
    ...(engine.kind === 'efcore' ? engine.environment : []),
    ...contacts.flatMap(({ onCall }) => onCall?.environment ?? []),
    ...namesIn([functional, contacts]),
  ])
  return publicEnvironment.flatMap((name, i) => {
    if (used.has(name)) return []
    const meant = nearest(name, [...used])
    const remedy = meant ? `Did you mean \`${meant}\`?` : 'Remove it, or name it where it is needed.'
    return [[['publicEnvironment', i], 'names a variable that this runbook does not use', remedy] as const]
  })
}
