import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, onTestFinished, vi } from 'vitest'
import { test } from '../../adapters/postgres/hrms.ts'
import { fault } from './asked.ts'
import { factory, oddProject, project, startup, tenant } from './odd-project.ts'
import { dotnet, needing } from '../../needs.ts'

describe('A project of EF Core', needing(dotnet), () => {
  test('that is ended because it took too long says so', async ({ hrms }) => {
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.abort())
    onTestFinished(() => timeout.mockRestore())
    expect(await fault(hrms, {})).toEqual({ code: 'dotnet-late' })
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
    expect(await fault(hrms, { folder: none })).toEqual({
      code: 'dotnet-ef-missing',
      folder: path.join(none, 'src/HRMS.API'),
    })
    const lacking = await oddProject({
      '.config/dotnet-tools.json': (text) => text.replace(/"version": "[\d.]+"/, '"version": "99.0.0"'),
    })
    expect(await fault(hrms, { folder: lacking })).toMatchObject({
      code: 'dotnet-ef-missing',
      errors: expect.arrayContaining([expect.stringContaining('99.0.0')]),
    })
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

  test('says which packages are not to be had, where it is built beside its source, and where it does not compile', async ({
    hrms,
  }) => {
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
    const out = '<PropertyGroup><OutputPath>../../out/</OutputPath></PropertyGroup><ItemGroup>'
    const beside = await oddProject({ [startup]: (text) => text.replace('<ItemGroup>', out) })
    expect(await fault(hrms, { folder: beside })).toEqual({
      code: 'dotnet-output',
      output: `${path.join(beside, 'out')}/`,
    })
    expect(await readdir(beside)).not.toContain('out')
    const broken = await oddProject({ [tenant]: (text) => text.replace('{ get; set; }', '{ get; set }') })
    expect(await fault(hrms, { folder: broken })).toMatchObject({
      code: 'dotnet-build',
      errors: expect.arrayContaining([expect.stringMatching(/Tenant\.cs\(\d+,\d+\): error CS\d+/)]),
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

  test('that has no factory is asked by its Main, which needs the variables that it reads', async ({
    hrms,
  }) => {
    const folder = await oddProject({})
    await rm(path.join(folder, factory))
    expect(await fault(hrms, { folder })).toMatchObject({
      code: 'efcore-failed',
      command: 'dbcontext info',
      main: 'The entry point exited without ever building an IHost.',
    })
    const reads = ['JWT_SECRET', 'DirectoryBuildPropsPath', 'HRMS_PORT', 'HRMS_FOLDER']
    const given = { folder, settings: { environment: reads } }
    const environment = { HRMS_PORT: '4999', HRMS_FOLDER: '/nowhere' }
    expect(await fault(hrms, { ...given, environment })).toMatchObject({
      migrations: [{ state: 'applied' }, { state: 'applied' }, { state: 'pending' }],
    })
  })

  test('that is built for several frameworks needs the name of one', async ({ hrms }) => {
    const props = 'Directory.Build.props'
    const several = await oddProject({
      [props]: (text) => text.replace('<TargetFramework>net10.0</TargetFramework>', ''),
      [project]: (text) =>
        text.replace(
          '<ItemGroup>',
          '<PropertyGroup><TargetFrameworks>net10.0;net10.0-windows</TargetFrameworks></PropertyGroup><ItemGroup>',
        ),
      [startup]: (text) =>
        text.replace(
          '<ItemGroup>',
          '<PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup><ItemGroup>',
        ),
    })
    const found = { folder: several, environment: { DirectoryBuildPropsPath: path.join(several, props) } }
    expect(await fault(hrms, found)).toMatchObject({
      code: 'efcore-failed',
      says: expect.stringContaining('Use the --framework option'),
    })
    expect(await fault(hrms, { ...found, settings: { framework: 'net10.0' } })).toMatchObject({
      migrations: [{}, {}, {}],
    })
  })
})
