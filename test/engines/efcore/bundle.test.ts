import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect } from 'vitest'
import { holds } from '../../../src/engines/efcore/program.ts'
import { test, valueOf } from '../../adapters/postgres/hrms.ts'
import { applying, before, security } from '../scripts.ts'
import { planned } from './asked.ts'
import { buildsFolder, engineFor } from './hrms-project.ts'
import { factory, oddProject, project, startup } from './odd-project.ts'
import { dotnet, needing } from '../../needs.ts'

/** As most projects have it: settings from files, then from the environment. */
const usualFactory = `
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.Extensions.Configuration;
namespace HRMS.Infrastructure.Data;
public sealed class MasterDbContextFactory : IDesignTimeDbContextFactory<MasterDbContext>
{
    public MasterDbContext CreateDbContext(string[] args)
    {
        var configuration = new ConfigurationBuilder()
            .SetBasePath(Directory.GetCurrentDirectory())
            .AddJsonFile("appsettings.json")
            .AddEnvironmentVariables()
            .Build();
        var options = new DbContextOptionsBuilder<MasterDbContext>();
        options.UseNpgsql(configuration.GetConnectionString("MasterDb"), npgsql => npgsql
            .EnableRetryOnFailure(2, TimeSpan.FromMilliseconds(100), null)
            .MigrationsHistoryTable("__EFMigrationsHistory", "master"));
        return new MasterDbContext(options.Options);
    }
}
`

const usualSettings = '{ "ConnectionStrings": { "MasterDb": "Host=localhost;Database=hrms_dev" } }'

const versions = `<Project>
  <PropertyGroup><ManagePackageVersionsCentrally>true</ManagePackageVersionsCentrally></PropertyGroup>
  <ItemGroup>
    <PackageVersion Include="Microsoft.EntityFrameworkCore.Relational" Version="10.0.14" />
    <PackageVersion Include="Microsoft.EntityFrameworkCore.Design" Version="10.0.14" />
    <PackageVersion Include="Npgsql.EntityFrameworkCore.PostgreSQL" Version="10.0.0" />
  </ItemGroup>
</Project>`

/** Versions in one place, a factory that reads settings files, and one that retries by itself. */
const usualProject = (): Promise<string> => {
  const unversioned = (text: string) => text.replaceAll(/ Version="[\d.]+"/g, '')
  const web = '<ItemGroup><FrameworkReference Include="Microsoft.AspNetCore.App" /></ItemGroup></Project>'
  return oddProject(
    {
      [factory]: () => usualFactory,
      [project]: (text) => unversioned(text).replace('</Project>', web),
      [startup]: unversioned,
    },
    { 'src/HRMS.API/appsettings.json': usualSettings, 'Directory.Packages.props': versions },
  )
}

describe('A bundle', needing(dotnet), () => {
  test('is kept with the settings files that its factory reads, and needs no source then', async ({
    hrms,
  }) => {
    const target = await planned(hrms)
    const builds = await buildsFolder()
    const settings = { apply: 'bundle' } as const
    const planning = await engineFor(target, { folder: await usualProject(), builds, settings })
    const history = valueOf(await planning.list(target))
    const prepared = valueOf(await planning.prepare({ from: before, to: security }))
    await planning.close()
    expect(prepared.noticed).toEqual([])
    const { program } = prepared
    expect(program).toMatchObject({
      by: 'bundle',
      file: expect.stringMatching(/\/bundle-plan-\w+\/efbundle$/),
    })

    const running = await engineFor(target, { folder: '/nowhere', builds, settings, history })
    const reader = await hrms.session('hrms_app', 'report')
    await reader.query('begin')
    await reader.query('select count(*) from master."RefreshTokens"')
    const short = { lockTimeout: 100, lockAttempts: 1 }
    expect(await running.apply(target, prepared, applying(short))).toMatchObject({
      status: 'failed',
      problem: { code: 'lock-timeout', sqlstate: '55P03', blockers: [{ application: 'report' }] },
    })
    await reader.query('commit')
    expect(await running.apply(target, prepared, applying())).toMatchObject({
      status: 'done',
      facts: { by: 'bundle', attempts: 1 },
    })
    expect(await running.applied(target)).toMatchObject({
      ok: true,
      value: expect.arrayContaining([security]),
    })

    // They are part of what was approved.
    expect(await holds(program!)).toMatchObject({ ok: true })
    await writeFile(path.join(path.dirname(program!.file), 'appsettings.json'), '{}')
    expect(await holds(program!)).toMatchObject({ problem: { code: 'program-changed' } })
  })
})
