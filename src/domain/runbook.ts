import { z } from 'zod'

/** Milliseconds, written `500ms`, `30s`, `15m` or `2h`. */
const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h)$/, 'a duration is a number with ms, s, m or h, e.g. 30s')
  .transform((written) => {
    const [, number, unit] = /^(\d+)(ms|s|m|h)$/.exec(written) ?? []
    return Number(number) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit as 'ms' | 's' | 'm' | 'h']
  })

const name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{1,62}$/,
    'a name has lower-case letters, digits and hyphens, and begins with a letter',
  )

/** The name of an environment variable: what a secret is written as here. */
const variable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable, in capitals; never the secret itself')

/** Program and arguments; no shell reads them. */
const command = z
  .tuple([z.string().min(1)], z.string())
  .describe('Program and arguments as a list; no shell reads them.')

const httpRequest = z.strictObject({
  name: z.string().min(1),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  url: z
    .url()
    .describe('May hold {NAME} of an environment variable, or of a value kept by an earlier request.'),
  headers: z.record(z.string(), z.string()).default({}),
  json: z.json().optional().describe('The body. Strings may hold {NAME} as in url.'),
  expect: z
    .strictObject({
      status: z.int().min(100).max(599).default(200),
      json: z
        .record(
          z.string(),
          z.union([
            z.string(),
            z.number(),
            z.boolean(),
            z.null(),
            z.strictObject({ is: z.enum(['string', 'number', 'boolean', 'present', 'absent']) }),
          ]),
        )
        .default({})
        .describe('By path (`user.id`): the value itself, or what it is.'),
      within: duration.prefault('5s'),
    })
    .prefault({}),
  keep: z
    .record(z.string(), z.string())
    .default({})
    .describe('Values for later requests: name, and path in the answer.'),
})

const release = z.strictObject({
  version: z.string().min(1),
  deploy: command.optional(),
  undeploy: command.optional(),
})

const service = z.strictObject({
  name,
  kind: z.literal('process'),
  pidFile: z.string().min(1),
  start: command,
  directory: z.string().min(1).prefault('.'),
  log: z.string().min(1).optional().describe('Where its output goes; default: beside the pid file.'),
  stop: z
    .strictObject({
      signal: z.enum(['SIGTERM', 'SIGINT', 'SIGQUIT']).prefault('SIGTERM'),
      within: duration.prefault('30s'),
    })
    .prefault({}),
  health: z.strictObject({
    url: z.url(),
    every: duration.prefault('250ms'),
    within: duration.prefault('60s'),
  }),
  release: z.strictObject({ before: release, after: release }).optional(),
})

const sqlEngine = z.strictObject({
  kind: z.literal('sql'),
  folder: z.string().min(1).describe('Holds ID_Name.up.sql and ID_Name.down.sql; relative to the runbook.'),
  history: z.strictObject({
    table: z.string().min(1).describe('With its schema, quoted where PostgreSQL needs it.'),
    column: z.string().min(1).describe('Holds the migration id.'),
    values: z.record(z.string(), z.string()).default({}).describe('Other columns of a row that we add.'),
  }),
})

/** One migration of one target: everything that the team's document says about it. */
export const runbookSchema = z.strictObject({
  name,
  title: z.string().min(1),
  migration: z.string().min(1).describe('The id that the database is moved to.'),
  purpose: z.array(z.string().min(1)).min(1),
  risk: z.strictObject({
    complexity: z.enum(['low', 'medium', 'high']),
    level: z.enum(['low', 'medium', 'medium-high', 'high']),
    rollback: z.enum(['easy', 'hard', 'impossible']),
  }),
  product: z.string().min(1).describe('What people call what is unavailable, e.g. HRMS.'),
  channel: z.string().regex(/^(#[^\s]+|[CG][A-Z0-9]{2,})$/, 'a channel id (C…) or #name'),
  target: z.strictObject({
    url: variable,
    database: z.string().min(1),
    production: z.boolean(),
    application: z
      .strictObject({ role: z.string().min(1) })
      .describe('The role that the application connects as.'),
  }),
  engine: z.discriminatedUnion('kind', [sqlEngine]),
  services: z.array(service).min(1),
  functional: z.array(httpRequest).default([]),
  verification: z
    .strictObject({
      columns: z
        .array(
          z.strictObject({
            table: z.string(),
            column: z.string(),
            type: z.string(),
            nullable: z.boolean(),
            default: z.string().nullable().prefault(null),
          }),
        )
        .default([]),
      counts: z.array(z.string()).default([]).describe('Tables whose number of rows stays the same.'),
      tryOut: z
        .strictObject({ as: z.string().min(1), sql: z.string().min(1) })
        .optional()
        .describe('Run as that role, then rolled back.'),
    })
    .prefault({}),
  approvals: z
    .array(
      z.strictObject({
        says: z.enum(['reviewed', 'approved']),
        role: name,
        people: z.int().min(1).prefault(1),
      }),
    )
    .min(1),
  window: z
    .strictObject({
      within: duration
        .prefault('30m')
        .describe('From the first stop; then an unanswered gate before migrate backs out.'),
      drain: duration.prefault('30s'),
      lockTimeout: duration.prefault('500ms'),
      lockAttempts: z.int().min(1).max(100).prefault(10),
      statementTimeout: duration.prefault('15m'),
      holdBeforeAdmit: z.boolean().prefault(false),
    })
    .prefault({}),
  backup: z.strictObject({ keep: z.int().min(1).prefault(7) }).prefault({}),
  contacts: z
    .array(
      z.strictObject({
        role: z.string(),
        person: z.string().optional(),
        email: z.email().optional(),
        phone: z.string().optional(),
      }),
    )
    .default([]),
  links: z.array(z.strictObject({ title: z.string(), url: z.string() })).default([]),
})

export type Runbook = z.output<typeof runbookSchema> & {
  /** Absolute folder of its file: relative paths in it start there. */
  folder: string
}

export type Service = Runbook['services'][number]
export type HttpRequest = Runbook['functional'][number]
export type EngineSettings = Runbook['engine']
