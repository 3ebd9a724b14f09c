import { expect, test } from 'vitest'
import { readSaid } from '../../src/adapters/dotnet-ef.ts'

// What `dotnet ef` 10.0.14 wrote, its stack of calls cut short.
const lockTimeout = [
  'info:    Acquiring an exclusive lock for migration application. See https://aka.ms/efcore-docs-migrations-lock',
  "info:    Applying migration '20251113040317_AddSecurityEnhancements'.",
  "error:   Failed executing DbCommand (506ms) [Parameters=[], CommandType='Text', CommandTimeout='30']",
  'error:   ALTER TABLE master."RefreshTokens"',
  'error:       ALTER COLUMN "AdminUserId" DROP NOT NULL;',
  'info:    System.InvalidOperationException: An exception has been raised that is likely due to a transient failure.',
  'info:     ---> Npgsql.PostgresException (0x80004005): 55P03: canceling statement due to lock timeout',
  'info:      Exception data:',
  'info:        Severity: ERROR',
  'info:        SqlState: 55P03',
  'info:        MessageText: canceling statement due to lock timeout',
  'info:        File: postgres.c',
  'error:   An exception has been raised that is likely due to a transient failure.',
]

test('of an error of the server its code and the statement are told, never its words', () => {
  expect(readSaid(lockTimeout)).toEqual({
    sqlstate: '55P03',
    schema: null,
    table: null,
    column: null,
    constraint: null,
    statement: 'ALTER TABLE master."RefreshTokens"\n    ALTER COLUMN "AdminUserId" DROP NOT NULL;',
    sentence: null,
    main: null,
  })
})

test('names of objects are told, values are not', () => {
  const said = readSaid([
    "error:   Failed executing DbCommand (4ms) [Parameters=[], CommandType='Text', CommandTimeout='30']",
    'error:   ALTER TABLE master."RefreshTokens" ADD UNIQUE ("Token");',
    'info:        SqlState: 23505',
    'info:        MessageText: could not create unique index "IX"',
    'info:        Detail: Key ("Token")=(very secret) is duplicated.',
    'info:        SchemaName: master',
    'info:        TableName: RefreshTokens',
    'info:        ConstraintName: IX',
    'error:   23505: could not create unique index "IX"',
  ])
  expect(said).toMatchObject({ schema: 'master', table: 'RefreshTokens', constraint: 'IX', sentence: null })
  expect(JSON.stringify(said)).not.toContain('very secret')
})

test('an error line is no failure: the question for a history that is not there fails first, and means nothing', () => {
  const harmless = [
    "error:   Failed executing DbCommand (21ms) [Parameters=[], CommandType='Text', CommandTimeout='30']",
    'error:   SELECT "MigrationId", "ProductVersion"',
    'error:   FROM master."__EFMigrationsHistory"',
  ]
  expect(readSaid(harmless)).toMatchObject({ sqlstate: null, statement: null, sentence: null })
  expect(readSaid([...harmless, ...lockTimeout]).statement).toContain('ALTER TABLE')
})

test('what the tool says of itself is told', () => {
  expect(readSaid(["error:   No DbContext named 'Nope' was found."]).sentence).toBe(
    "No DbContext named 'Nope' was found.",
  )
})

test('why Main built no host is told, of an error of the server its code alone', () => {
  const warned = (error: string) =>
    readSaid([
      `warn:    An error occurred while accessing the Microsoft.Extensions.Hosting services. Continuing without the application service provider. Error: ${error}`,
      "error:   Unable to create a 'DbContext' of type 'MasterDbContext'.",
    ]).main
  expect(warned('The entry point exited without ever building an IHost.')).toBe(
    'The entry point exited without ever building an IHost.',
  )
  expect(warned('23505: duplicate key value violates unique constraint "Users"')).toBe('23505')
})
