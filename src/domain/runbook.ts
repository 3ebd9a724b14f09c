import { z } from 'zod'
import { httpRequest, service } from './runbook-application.ts'
import { engine } from './runbook-engine.ts'
import { audience, notice, timeZone, timeZoneName } from './runbook-notices.ts'
import { contact, escalationStep } from './runbook-people.ts'
import { anyVariable, channel, duration, name, size, table, variable, words } from './runbook-values.ts'

const column = z
  .strictObject({
    table: table.describe('With its schema.'),
    column: words.describe('As the catalogue has it, without quotes.'),
    type: words.describe('As PostgreSQL writes it, e.g. `timestamp with time zone`.'),
    nullable: z.boolean().describe('Whether it may be NULL.'),
    default: z
      .string()
      .nullable()
      .optional()
      .describe('As PostgreSQL writes it; null: it has none. Without: not looked at.'),
  })
  .describe('A column as it must be after the migration.')

/** One migration of one target: everything that the team's document says about it. */
export const runbookSchema = z
  .strictObject({
    name: name.meta({
      description: 'How people call the runbook in commands. Unique among all runbooks.',
      examples: ['add-security-enhancements'],
    }),
    title: words.describe('How messages call the migration, e.g. AddSecurityEnhancements.'),
    migration: words.describe(
      'The id that the database is moved to, e.g. 20251113040317_AddSecurityEnhancements.',
    ),
    purpose: z
      .array(words)
      .min(1, 'says nothing')
      .describe('Why it is done, a line each: who approves reads it.'),
    risk: z
      .strictObject({
        complexity: z.enum(['low', 'medium', 'high']).describe('How much there is to understand.'),
        level: z.enum(['low', 'medium', 'medium-high', 'high']).describe('How bad it is when it goes wrong.'),
        rollback: z
          .enum(['easy', 'hard', 'impossible'])
          .describe('What its author thinks. The plan measures it.'),
      })
      .describe('What its author thinks of it; shown to those who approve.'),
    product: words.describe('What people call what is unavailable, e.g. HRMS.'),
    channel: channel.describe('Where everything about it is said. An id survives the renaming of a channel.'),
    target: z
      .strictObject({
        url: variable.describe(
          'The environment variable that holds the URL, as postgres://role:password@host/database. The URL itself is a secret and never stands in a file. It names the server directly, no pooler.',
        ),
        database: words.describe('The name that people type to confirm; the URL’s must be the same.'),
        production: z.boolean().describe('Whether people depend on it.'),
        minimumVersion: z
          .int()
          .min(12, 'is older than 12, which Lockkeeper does not know')
          .prefault(12)
          .describe('The oldest major version of PostgreSQL that the migration is made for.'),
        owner: words
          .optional()
          .describe(
            'The role that owns what the migration makes, e.g. hrms_owner: its statements run as this role. Without it, it is the role of the URL, unless the SQL says SET LOCAL ROLE.',
          ),
        application: z
          .strictObject({
            role: words.describe('Its role in the database. Only it enters between open and admit.'),
          })
          .describe('How the application enters the database.'),
      })
      .describe('The database that is migrated.'),
    engine,
    services: z
      .array(service)
      .min(1, 'names no service')
      .describe('What is stopped, in this order, and started in the opposite one.'),
    functional: z
      .array(httpRequest)
      .default([])
      .describe('Requests that show the application to work, in this order, with an account made for it.'),
    verification: z
      .strictObject({
        columns: z.array(column).default([]).describe('Columns as they must be after the migration.'),
        counts: z
          .array(table)
          .default([])
          .describe('Tables whose number of rows the migration leaves as it was.'),
        tryOut: z
          .strictObject({
            as: words.describe(
              'The role that tries it: what the migrator may do proves nothing about the application.',
            ),
            sql: words.describe('Statements that use what is new. Each must succeed; all are rolled back.'),
          })
          .optional()
          .describe('Statements run as the application would, then rolled back.'),
      })
      .prefault({})
      .describe('What must hold after the migration, besides its history.'),
    criteria: z
      .strictObject({
        success: z.array(words).default([]).describe('When it counts as a success, a line each.'),
        rollBack: z.array(words).default([]).describe('When to roll back, a line each.'),
      })
      .prefault({})
      .describe('For the people who decide; shown with the plan.'),
    prerequisites: z
      .array(words)
      .default([])
      .describe('What only people can make sure of. Who approves says that it is so.'),
    approvals: z
      .array(
        z.strictObject({
          says: z.enum(['reviewed', 'approved']).describe('What the approval means.'),
          role: name.meta({
            description: 'Who may give it: a role of lockkeeper.yml.',
            examples: ['database-team'],
          }),
          people: z
            .int()
            .min(1)
            .prefault(1)
            .describe('How many of them, the plan’s author never among them.'),
        }),
      )
      .min(1, 'asks nobody')
      .describe('Who must have said yes before it runs.'),
    window: z
      .strictObject({
        expected: duration.optional().describe('How long users were told that they are out.'),
        within: duration
          .prefault('30m')
          .describe(
            'From the first stop. At its end an unanswered question before migrate gives everything back.',
          ),
        startsBy: z
          .enum(['person', 'clock'])
          .prefault('person')
          .describe(
            'Who starts a scheduled run: a person, who is asked at its time, or the clock, if nothing forbids it.',
          ),
        news: duration
          .prefault('20m')
          .describe('A window that overruns: how long people wait for the next news at most.'),
        drain: duration
          .prefault('30s')
          .describe('How long sessions may take to leave before people are asked.'),
        lockTimeout: duration
          .prefault('2s')
          .describe(
            'A statement waits so long for its lock: everybody else queues behind it. Longer than the server’s deadlock_timeout (1 s), or autovacuum never gives way.',
          ),
        lockAttempts: z
          .int()
          .min(1)
          .max(100)
          .prefault(10)
          .describe('How often the whole transaction is tried.'),
        statementTimeout: duration.prefault('15m').describe('No statement takes longer.'),
        holdBeforeAdmit: z
          .boolean()
          .prefault(false)
          .describe('Asks before users are let in: the last moment of a rollback that loses nothing.'),
      })
      .prefault({})
      .describe('The time in which users are out.'),
    backup: z
      .strictObject({
        keep: z.int().min(1).prefault(7).describe('How many backups of this target are kept.'),
        free: size.optional().describe('Less room than that on the backups’ file system is a warning.'),
      })
      .prefault({})
      .describe('The dump that is taken, and read again, before the window.'),
    watch: z
      .strictObject({
        for: duration.prefault('24h').describe('How long people look after it.'),
        slowQuery: duration.prefault('5s').describe('Statements that run longer are looked at.'),
        answersWithin: duration.prefault('200ms').describe('What counts as an acceptable time of answers.'),
        words: z.array(words).default([]).describe('Words to look for in the application’s log.'),
      })
      .optional()
      .describe('What people look at afterwards; shown with the plan.'),
    publicEnvironment: z
      .array(anyVariable)
      .optional()
      .describe(
        'Environment variables whose values may be shown: a port, a folder, a host. The value of every other variable that services, the engine and on-call programs are given is a secret.',
      ),
    timeZone,
    timeZoneName,
    audiences: z.record(words, audience).default({}).describe('Who notices are for, by name.'),
    notices: z
      .array(notice)
      .default([])
      .describe('Who is told what, and when, once a run is scheduled; shown with the plan.'),
    contacts: z.array(contact).default([]).describe('Who helps.'),
    escalation: z
      .array(escalationStep)
      .default([])
      .describe(
        'Who is pinged while a question waits, a step takes much longer than planned, or somebody calls for help: until one of them answers or acknowledges.',
      ),
    links: z
      .array(z.strictObject({ title: words.describe('What it is.'), url: words.describe('Where it is.') }))
      .default([])
      .describe('What else there is to read.'),
    document: z
      .strictObject({
        version: words.describe('Of what this file says.'),
        preparedBy: words.describe('Who wrote it.'),
        updated: z.iso
          .datetime({ offset: true, error: 'is not a moment such as 2025-11-13T04:03:17Z' })
          .describe('When.'),
      })
      .optional()
      .describe('Where this runbook comes from.'),
  })
  .describe('One migration of one target.')

export type Runbook = z.output<typeof runbookSchema> & {
  /** Absolute folder of its file: relative paths in it start there. */
  folder: string
}

export type Service = Runbook['services'][number]
export type HttpRequest = Runbook['functional'][number]

/** The functional requests that a release can answer. */
export const requestsFor = (
  { functional }: Pick<Runbook, 'functional'>,
  release: 'before' | 'after',
): HttpRequest[] => functional.filter(({ only = release }) => only === release)

export type EngineSettings = Runbook['engine']
export type SqlSettings = Extract<EngineSettings, { kind: 'sql' }>
export type EfCoreSettings = Extract<EngineSettings, { kind: 'efcore' }>
