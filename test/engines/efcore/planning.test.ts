import { execa } from 'execa'
import { readdir } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import { prepareBoth } from '../../../src/engines/prepare-up-down.ts'
import { test, valueOf } from '../../adapters/postgres/hrms.ts'
import { before, hrmsUp, initial, security, statements } from '../scripts.ts'
import { planned } from './asked.ts'
import { buildsFolder, engineFor } from './hrms-project.ts'
import { factory, oddProject, tenant } from './odd-project.ts'
import { dotnet, needing } from '../../needs.ts'

const table = 'master."__EFMigrationsHistory"'
const up = { from: before, to: security }
const down = { from: security, to: before }

const historyRow = 'insert into master."__EFMigrationsHistory" values ($1, $2)'

describe('A plan of EF Core migrations', needing(dotnet), () => {
  test('lists, scripts both ways and notices, by the real tool, and leaves no build behind', async ({
    hrms,
  }) => {
    const target = await planned(hrms)
    const builds = await buildsFolder()
    const engine = await engineFor(target, {
      builds,
      settings: { applicationHistory: `public."__EFMigrationsHistory"` },
    })
    expect(valueOf(await engine.list(target))).toEqual({
      table,
      column: 'MigrationId',
      migrations: [
        { id: initial, state: 'applied' },
        { id: before, state: 'applied' },
        { id: security, state: 'pending' },
      ],
    })
    const forth = valueOf(await engine.prepare(up))
    const back = valueOf(await engine.prepare(down))

    // The SQL is that of the runbook's own files, but for EF's version in the history.
    const text = (sql: string) => sql.replace(/'\d+\.\d+\.\d+'/, 'VERSION').replace(/\s+/g, ' ')
    expect(statements(forth).map((one) => text(one.text))).toEqual(
      statements(await hrmsUp()).map((one) => text(one.text)),
    )
    expect(forth.scripts).toMatchObject([{ migration: security, file: `${security}.up.sql` }])
    expect(back.scripts).toMatchObject([{ migration: security, file: `${security}.down.sql` }])
    expect(back.drops).toContainEqual({
      table: 'master."RefreshTokens"',
      column: 'EmployeeId',
      gave: { value: null },
    })
    expect(forth.idempotent).toContain('IF NOT EXISTS(SELECT 1 FROM')
    expect(forth.program).toBeNull()
    expect((await engine.check(target, forth)).map(({ problem }) => problem)).toContainEqual({
      code: 'history-elsewhere',
      writes: table,
      reads: 'public."__EFMigrationsHistory"',
    })

    // Several migrations have a script each.
    const two = valueOf(await engine.prepare({ from: initial, to: security }))
    expect(two.scripts.map(({ migration }) => migration)).toEqual([before, security])
    expect(two.scripts.map(({ sql }) => sql.match(/INSERT INTO master."__EF/g)?.length)).toEqual([1, 1])
    const twoBack = valueOf(await engine.prepare({ from: security, to: initial }))
    expect(twoBack.scripts.map(({ migration }) => migration)).toEqual([security, before])

    expect(await engine.prepare({ from: before, to: '20990101000000_Nope' })).toMatchObject({
      problem: { code: 'migration-unknown', known: [initial, before, security] },
    })
    expect(await engine.prepare({ from: before, to: before })).toMatchObject({
      problem: { code: 'migration-applied' },
    })
    await engine.close()
    expect(await readdir(builds)).toEqual([])
  })

  test('of a project in which much is odd says all of it', async ({ hrms }) => {
    const odd = '20260101000000_Odd'
    const oneWay = '20260102000000_OneWay'
    const folder = await oddProject(
      {
        [tenant]: (text) => text.replace('{', '{\n    public string? Motto { get; set; }\n'),
        [factory]: (text) => text.replace('UseNpgsql(', 'UseNpgsql("Application Name=hrms-migrator;" + '),
      },
      {
        'src/HRMS.Infrastructure/Data/Migrations/Master/Odd.cs': `
using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
namespace HRMS.Infrastructure.Data.Migrations.Master;
[DbContext(typeof(MasterDbContext))]
[Migration("${odd}")]
public partial class Odd : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql($"COMMENT ON SCHEMA master IS '{DateTime.UtcNow.Ticks}';");
    protected override void Down(MigrationBuilder migrationBuilder) =>
        migrationBuilder.Sql("CREATE INDEX CONCURRENTLY ix ON master.\\"Tenants\\" (\\"Id\\");", suppressTransaction: true);
}
[DbContext(typeof(MasterDbContext))]
[Migration("${oneWay}")]
public partial class OneWay : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("SELECT 1;");
}
`,
      },
    )
    const git = execa({ cwd: folder, env: { GIT_CONFIG_GLOBAL: '/dev/null' } })
    await git`git init --quiet`
    await git`git add .`
    await git`git -c user.name=Asha -c user.email=asha@morishr.test commit --quiet -m Odd`
    const { stdout: commit } = await git`git rev-parse HEAD`
    await (await hrms.client()).query(historyRow, ['20251112000000_OfAnotherContext', '10'])
    const target = await planned(hrms)
    const engine = await engineFor(target, {
      folder,
      settings: { apply: 'tool', shared: true, commit: '0123456' },
    })
    const listed = valueOf(await engine.list(target))
    expect(listed.migrations.map(({ id }) => id)).toEqual([initial, before, security, odd, oneWay])
    expect(listed.others).toEqual(['20251112000000_OfAnotherContext'])
    const forth = valueOf(await engine.prepare({ from: before, to: oneWay }))
    expect(forth.noticed.map(({ level, problem }) => [level, problem])).toEqual([
      ['blocker', { code: 'source-unlike', wanted: '0123456', found: commit }],
      ['note', { code: 'history-shared', table, migrations: ['20251112000000_OfAnotherContext'] }],
      ['blocker', { code: 'sessions-named', name: 'hrms-migrator' }],
      ['warning', { code: 'script-varies', lines: 1, by: 'tool' }],
      ['warning', { code: 'model-changed', context: 'MasterDbContext' }],
      ['warning', { code: 'model-unmigrated', tables: [], columns: ['master."Tenants".Motto'], indexes: [] }],
    ])
    expect(forth.source).toEqual({ commit, changed: [] })
    expect(await engine.prepare({ from: odd, to: before })).toEqual({
      ok: false,
      problem: {
        code: 'migration-irreversible',
        migration: odd,
        why: {
          statement: expect.stringMatching(/^CREATE INDEX CONCURRENTLY/),
          unfit: 'concurrently-in-down',
        },
      },
    })
    const way = { up: { from: before, to: oneWay }, down: { from: oneWay, to: before } }
    expect(valueOf(await prepareBoth((move) => engine.prepare(move), way))).toMatchObject({
      up: { move: way.up, noticed: forth.noticed },
      down: null,
      noDown: {
        says: expect.stringMatching(/^The 'Down' method for this migration has not been implemented/),
      },
    })
    await engine.close()
  })
})
