import { execa } from 'execa'
import { readdir } from 'node:fs/promises'
import { describe, expect } from 'vitest'
import {
  makeTarget,
  type Target,
  type TargetAddress,
  withSession,
} from '../../../src/adapters/postgres/target.ts'
import type { Identity } from '../../../src/domain/identity.ts'
import type { EfCoreSettings } from '../../../src/domain/runbook.ts'
import { prepareBoth } from '../../../src/engines/both-ways.ts'
import { askProject } from '../../../src/engines/efcore/ask-project.ts'
import { projectOf } from '../../../src/engines/efcore/project.ts'
import { type Hrms, test, valueOf } from '../../adapters/postgres/hrms.ts'
import { hasDotnet, hrmsBuild } from '../../dotnet.ts'
import { before, hrmsUp, initial, security, statements } from '../scripts.ts'
import { alsoAtSocket } from './also-at.ts'
import { buildsFolder, engineFor, environment, settings, type Given } from './hrms-project.ts'
import { factory, oddProject, project, startup, tenant } from './odd-project.ts'

const table = 'master."__EFMigrationsHistory"'
const up = { from: before, to: security }
const down = { from: security, to: before }

/** The target as a plan has it: who answers is known. */
async function planned(hrms: Hrms, at: Partial<TargetAddress> = {}): Promise<Target> {
  const { address, applicationName } = hrms.target()
  const target = (expected: Identity | null) => makeTarget({ ...address, ...at }, applicationName, expected)
  return target(valueOf(await withSession(target(null), 'identify', async ({ identity }) => identity)))
}

const historyRow = 'insert into master."__EFMigrationsHistory" values ($1, $2)'

/** What a list of this project fails with. */
async function fault(hrms: Hrms, given: Given) {
  const target = await planned(hrms)
  const engine = await engineFor(target, given)
  const listed = await engine.list(target)
  await engine.close()
  return listed.ok ? listed.value : listed.problem
}

/** What is known of the project, or why it is not, of the build that all tests share. */
async function asked(hrms: Hrms, given: Partial<EfCoreSettings> = {}, at: Partial<TargetAddress> = {}) {
  const target = await planned(hrms, at)
  const { directory, environment: shared } = await hrmsBuild('after')
  const place = { folder: directory, address: target.address, builds: '', history: null }
  const wanted = settings({ environment: Object.keys(shared), ...given })
  const project = projectOf(
    wanted,
    { ...place, environment: { ...environment, ...shared } },
    shared['ArtifactsPath']!,
  )
  const answer = await askProject(project, { output: '', source: null }, target)
  return answer.ok ? answer.value.known : answer.problem
}

describe.skipIf(!hasDotnet)('A plan of EF Core migrations', { timeout: 600_000 }, () => {
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

  test('needs the SDK, and the tool of its project', async ({ hrms }) => {
    expect(await fault(hrms, { environment: { PATH: '/nowhere' } })).toEqual({ code: 'dotnet-missing' })
    const newer = await oddProject({
      'global.json': () => '{ "sdk": { "version": "99.0.100", "rollForward": "disable" } }',
    })
    expect(await fault(hrms, { folder: newer })).toMatchObject({ code: 'dotnet-sdk' })
    const none = await oddProject({
      '.config/dotnet-tools.json': () => '{ "version": 1, "isRoot": true, "tools": {} }',
    })
    expect(await fault(hrms, { folder: none })).toMatchObject({ code: 'dotnet-ef-missing' })
  })

  test('needs a tool of the same major version as its packages, and Npgsql', async ({ hrms }) => {
    const older = (text: string) => text.replaceAll('10.0.14', '8.0.30').replace('"10.0.0"', '"8.0.0"')
    const eight = await oddProject({ [project]: older, [startup]: older })
    expect(await fault(hrms, { folder: eight })).toEqual({
      code: 'dotnet-ef-unfit',
      tool: '10.0.14',
      project: expect.stringMatching(/^8\./),
    })
    const other = await oddProject({
      [project]: (text) =>
        text.replace(
          '</ItemGroup>',
          '<PackageReference Include="Microsoft.EntityFrameworkCore.InMemory" Version="10.0.14" /></ItemGroup>',
        ),
      [factory]: (text) => text.replace(/options\.UseNpgsql\([^;]*;/, 'options.UseInMemoryDatabase("hrms");'),
    })
    expect(await fault(hrms, { folder: other })).toEqual({
      code: 'efcore-provider',
      provider: 'Microsoft.EntityFrameworkCore.InMemory',
    })
  })

  test('says which packages are not to be had, and where the source does not compile', async ({ hrms }) => {
    const lacking = await oddProject({
      [project]: (text) =>
        text.replace(
          '</ItemGroup>',
          '<PackageReference Include="Nobody.Wrote.This" Version="1.0.0" /></ItemGroup>',
        ),
    })
    expect(await fault(hrms, { folder: lacking })).toMatchObject({
      code: 'dotnet-restore',
      errors: expect.arrayContaining([expect.stringContaining('Nobody.Wrote.This')]),
    })
    const broken = await oddProject({ [tenant]: (text) => text.replace('{ get; set; }', '{ get; set }') })
    expect(await fault(hrms, { folder: broken })).toMatchObject({
      code: 'dotnet-build',
      errors: expect.arrayContaining([expect.stringMatching(/Tenant\.cs\(\d+,\d+\): error CS\d+/)]),
    })
  })

  test('has a context that is there', async ({ hrms }) => {
    expect(await asked(hrms, { context: 'NopeContext' })).toMatchObject({
      code: 'efcore-failed',
      command: 'dbcontext info',
      says: "No DbContext named 'NopeContext' was found.",
    })
  })

  test('is refused where the factory goes elsewhere, or does not get through', async ({ hrms }) => {
    const ways = (text: string) =>
      text.replace(
        'options.UseNpgsql(connectionString',
        `connectionString = Environment.GetEnvironmentVariable("ODD_WAY") switch
        {
            "elsewhere" => "Host=127.0.0.1;Port=1;Database=hrms_local;Username=postgres",
            "password" => connectionString.Replace("Password=", "Password=not-"),
            _ => connectionString,
        };
        options.UseNpgsql(connectionString`,
      )
    const folder = await oddProject({ [factory]: ways })
    const given = { folder, settings: { environment: ['ODD_WAY'] } }
    expect(await fault(hrms, { ...given, environment: { ODD_WAY: 'elsewhere' } })).toMatchObject({
      code: 'efcore-elsewhere',
      found: '127.0.0.1:1/hrms_local',
    })
    expect(await fault(hrms, { ...given, environment: { ODD_WAY: 'password' } })).toMatchObject({
      code: 'efcore-unreachable',
    })
  })

  test('reaches its server by a Unix socket, too', async ({ hrms }) => {
    const folder = await alsoAtSocket(hrms)
    const url = new URL(hrms.target().address.url)
    url.host = `${encodeURIComponent(folder)}:5432`
    expect(await asked(hrms, {}, { url: url.href, host: 'by another name' })).toMatchObject({ others: [] })
  })

  test('knows every row of its history, unless another context shares it', async ({ hrms }) => {
    const newer = '20260101000000_Newer'
    await (await hrms.client()).query(historyRow, [newer, '10'])
    expect(await asked(hrms)).toEqual({ code: 'history-unknown', table, migrations: [newer] })
    expect(await asked(hrms, { shared: true })).toMatchObject({ others: [newer] })
  })
})
