import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sqlProblem } from '../../../src/adapters/postgres/sql-error.ts'
import { explained } from '../../../src/engines/statements/explained.ts'
import { problemLine } from '../../../src/views/problem/problem.ts'
import { lineText } from '../../../src/views/words/plain.ts'
import { emptyDatabase, type TestDatabase } from '../../databases.ts'

let database: TestDatabase
let client: pg.Client
let serverVersion: string
const secret = 'mei@example.com'

beforeAll(async () => {
  database = await emptyDatabase()
  client = await database.client()
  await client.query(`
    create schema master;
    create table master."Tenants" ("Id" int primary key, number text, note text, day text);
    create table master."Tokens" ("Id" int, "TenantId" int, during int4range);
    insert into master."Tenants" values (1, 'a1', '${secret}', 'x'), (2, 'A1', null, 'y');
    insert into master."Tokens" values (1, 7, '[1,5)'), (1, 1, '[3,9)'), (null, 1, null);
    create function fails() returns trigger language plpgsql as $$
      begin perform "Gone" from master."Tenants"; return new; end $$;
    create trigger fails before update on master."Tokens" for each row execute function fails();
  `)
  serverVersion = (await client.query('show server_version')).rows[0].server_version
})
afterAll(async () => {
  await client.end()
  await database.drop()
})

/** What the server's refusal of a statement becomes. */
async function refused(text: string) {
  const error: unknown = await client.query(text).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  const problem = sqlProblem(error, { statement: text, file: 'a.up.sql', line: 3 })
  const told = explained(problem, error, { text, from: 'file' }, serverVersion)
  if (told.code !== 'sql-error') throw new Error(told.code)
  expect(JSON.stringify(told)).not.toContain(secret)
  return told
}

const tenants = 'alter table master."Tenants"'
const tokens = 'alter table master."Tokens"'

test.each<[string, string, string, number]>([
  [
    'a unique index on an expression',
    'create unique index on master."Tenants" (upper(number) desc)',
    'select upper(number), count(*) from master."Tenants" where upper(number) is not null group by upper(number) having count(*) > 1',
    1,
  ],
  [
    'a unique index with a condition',
    'create unique index on master."Tokens" ("Id") where "Id" > 0',
    'select "Id", count(*) from master."Tokens" where ("Id" > 0) and "Id" is not null group by "Id" having count(*) > 1',
    1,
  ],
  [
    'a unique constraint',
    `${tokens} add constraint u unique ("Id")`,
    'select "Id", count(*) from master."Tokens" where "Id" is not null group by "Id" having count(*) > 1',
    1,
  ],
  [
    'a foreign key',
    `${tokens} add constraint f foreign key ("TenantId") references master."Tenants" ("Id")`,
    'select * from master."Tokens" as ours where ours."TenantId" is not null and not exists (select from master."Tenants" as theirs where theirs."Id" = ours."TenantId")',
    1,
  ],
  ['NOT NULL', `${tokens} alter "Id" set not null`, 'select * from master."Tokens" where "Id" is null', 1],
  [
    'a primary key',
    `${tokens} add primary key (during)`,
    'select * from master."Tokens" where during is null',
    1,
  ],
  [
    'a check',
    `${tokens} add constraint c check ("TenantId" < 5)`,
    'select * from master."Tokens" where not ("TenantId" < 5)',
    1,
  ],
  [
    'an exclusion',
    `${tokens} add constraint e exclude using gist (during with &&)`,
    'select a.*, b.* from master."Tokens" as a join master."Tokens" as b on a.ctid < b.ctid and a.during && b.during',
    1,
  ],
  [
    'a change of type',
    `${tenants} alter day type int using day::int`,
    'select distinct day from master."Tenants" where day is not null',
    2,
  ],
])('%s: the query names the rows in its way, and finds them', async (_, statement, query, rows) => {
  const { find } = await refused(statement)
  expect(find).toBe(query)
  expect((await client.query(find!)).rowCount).toBe(rows)
})

test.each<[string, string, object]>([
  [
    'a column in a query',
    'update master."Tenants" t set note = t."TenantId"',
    { is: 'column', name: 't."TenantId"', of: null },
  ],
  [
    'a column that is dropped',
    `${tokens} drop column "Nothing"`,
    { is: 'column', name: '"Nothing"', of: '"Tokens"' },
  ],
  [
    'a column behind a comment and signs of two bytes',
    `/* é "x" */ select 'é', nope from master."Tenants"`,
    { is: 'column', name: 'nope', of: null },
  ],
  ['a table', 'insert into master."Lost" values (1)', { is: 'table', name: 'master."Lost"', of: null }],
  [
    'a table that is altered',
    'alter table master."Lost" add x int',
    { is: 'table', name: 'master."Lost"', of: null },
  ],
  [
    'a function',
    'select nowhere(number) from master."Tenants"',
    { is: 'function', name: 'nowhere', of: null },
  ],
])('%s that does not exist is named as it is written', async (_, statement, missing) => {
  expect(await refused(statement)).toMatchObject({ missing })
})

test('an error in a trigger is said to be in it, not in the statement, and no name is guessed', async () => {
  const told = await refused('update master."Tokens" set "Id" = 1')
  expect(told).toMatchObject({ sqlstate: '42703', isInFunction: true })
  expect(told.missing).toBeUndefined()
  expect(lineText(problemLine(told))).toContain('in a function or trigger of the database')
})

test('a statement of Lockkeeper’s own is never shown under the name of the file', () => {
  const error = Object.assign(new pg.DatabaseError('x', 1, 'error'), { code: '42501' })
  const problem = sqlProblem(error, { statement: 'LOCK TABLE public.history' })
  const told = explained(problem, error, { text: 'LOCK TABLE public.history', from: 'added' }, '15.8')
  expect(lineText(problemLine(told))).toContain('in a statement of Lockkeeper’s own: LOCK TABLE')
})

test('the words: what does not exist, where; and what to type to find the rows', async () => {
  expect(lineText(problemLine(await refused(`${tokens} drop column "Nothing"`)))).toBe(
    `Column "Nothing" does not exist on "Tokens" (42703 undefined_column) in a.up.sql, line 3: ${tokens} drop column "Nothing".`,
  )
  expect(lineText(problemLine(await refused(`${tokens} alter "Id" set not null`)))).toContain(
    'Rows have no value where one is required. Find them: select * from master."Tokens" where "Id" is null',
  )
})

test('rows that the statement itself brings are in no query', async () => {
  expect((await refused('insert into master."Tenants" values (1)')).find).toBeUndefined()
})
