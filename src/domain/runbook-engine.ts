import { z } from 'zod'
import { anyVariable, table, words } from './runbook-values.ts'

const sql = z
  .strictObject({
    kind: z.literal('sql').describe('Plain SQL files.'),
    folder: words.describe('Holds ID_Name.up.sql and ID_Name.down.sql; relative to the runbook’s folder.'),
    history: z
      .strictObject({
        table: table.describe(
          'Which migrations were applied, one row each. Named with its schema: a search path may lie.',
        ),
        column: words.describe('Holds the migration’s id.'),
        values: z
          .record(z.string(), z.string())
          .default({})
          .describe('Other columns of a row that Lockkeeper adds, where the file adds none.'),
      })
      .describe('The history table.'),
  })
  .describe('Plain SQL files.')

const efcore = z
  .strictObject({
    kind: z.literal('efcore').describe('Entity Framework Core, by `dotnet ef`.'),
    project: words.describe(
      'Folder or project file that holds the migrations; relative to the runbook’s folder.',
    ),
    startupProject: words
      .optional()
      .describe('The one that `dotnet ef` starts from; without: the project itself.'),
    context: words
      .meta({ examples: ['MasterDbContext'] })
      .describe('The DbContext. Always named: without it `dotnet ef` runs the application’s Main.'),
    configuration: words.prefault('Release').describe('What is built.'),
    framework: words
      .optional()
      .meta({ examples: ['net10.0'] })
      .describe('Where the project has several.'),
    connection: anyVariable
      .meta({ examples: ['ConnectionStrings__MasterDb'] })
      .describe(
        'The environment variable from which the design-time factory takes its connection string. Lockkeeper fills it for target.url: the same server, database and role.',
      ),
    environment: z
      .array(anyVariable)
      .default([])
      .describe(
        'Other environment variables that building, the factory and the migrations need, by name. Nothing else is handed on.',
      ),
    apply: z
      .enum(['script', 'bundle', 'tool'])
      .prefault('script')
      .describe(
        'How it is applied. `script`: the SQL that was reviewed, statement by statement. For migrations that do work outside of SQL: `bundle`, a program made with the plan, or `tool`, `dotnet ef database update` on a build made with the plan.',
      ),
    bundle: words
      .optional()
      .describe('A bundle that was made elsewhere, instead of making one; relative to the runbook’s folder.'),
    commit: words
      .optional()
      .describe('The git commit that was reviewed, or how it begins. Another one is a blocker.'),
    applicationHistory: table
      .optional()
      .describe('The history table that the application reads at run time, where it reads one.'),
    shared: z
      .boolean()
      .prefault(false)
      .describe('Another context keeps its migrations in the same history table.'),
  })
  .describe('Migrations of Entity Framework Core.')

/** What knows the migrations of a runbook. */
export const engine = z.discriminatedUnion('kind', [sql, efcore]).describe('What knows the migrations.')
