import { code, say, type Line } from '../../domain/view.ts'
import { counted, number } from '../words/amounts.ts'
import { codes, firstOf, statementCode } from '../words/line.ts'
import { again, type Wordings } from './wording.ts'

const errorLines = (errors: readonly string[]): Line =>
  say`Its first errors: ${firstOf(
    errors.map((error) => code(error)),
    5,
  )}.`

export const updating = { bundle: 'The bundle', tool: code('dotnet ef database update') } as const

const programName = { bundle: 'The bundle', tool: 'The assembly' } as const

/** The end of a sentence: with its own words, where there are any to show. */
export const saying = (says: string | null): Line =>
  says === null ? say`.` : say`: ${code(says.replace(/\.$/, ''))}.`

export const endedWith = (exitCode: number | null, signal: string | null = null): string =>
  signal === null ? `exit code ${exitCode ?? 'unknown'}` : signal

/** .NET, EF Core, and what is made with them. */
export const efcoreProblems = {
  'dotnet-missing': () => ({
    what: say`There is no ${code('dotnet')} where the bot runs.`,
    means: say`A plan of EF Core migrations needs the .NET SDK. A run does not, unless engine.apply is tool.`,
    next: say`Install the SDK of the project there, so that ${code('dotnet --version')} answers; ${again}.`,
  }),
  'dotnet-sdk': ({ folder }) => ({
    what: say`The .NET SDK that ${code(folder)} asks for in global.json is not installed.`,
    next: say`Install it, or correct global.json: ${code('dotnet --list-sdks')} lists what is there; ${again}.`,
  }),
  'dotnet-ef-missing': ({ folder, errors }) => ({
    what: say`${code('dotnet ef')} does not start in ${code(folder)}.`,
    ...(errors && { means: say`${code('dotnet tool restore')} failed. ${errorLines(errors)}` }),
    next: errors
      ? say`Correct the tool manifest, or the way to the tool’s source; ${again}.`
      : say`Add it to the repository’s tools: ${code('dotnet new tool-manifest && dotnet tool install dotnet-ef')}; ${again}.`,
  }),
  'dotnet-ef-unfit': ({ tool, project }) => ({
    what: say`${code('dotnet ef')} is ${tool}, and the project uses EF Core ${project}.`,
    means: say`A tool of another major version may write other SQL than the application expects.`,
    next: say`Update the tool: ${code(`dotnet tool update dotnet-ef --version ${project}`)}; ${again}.`,
  }),
  'dotnet-restore': ({ project, errors }) => ({
    what: say`The packages of ${code(project)} cannot be restored.`,
    means: errorLines(errors),
    next: say`Correct the packages, or the way to their source; ${again}.`,
  }),
  'dotnet-build': ({ project, errors }) => ({
    what: say`${code(project)} does not build.`,
    means: errorLines(errors),
    next: say`Correct the source, ${again}.`,
  }),
  'dotnet-output': ({ output }) => ({
    what: say`The project sets where it is built: ${code(output)}.`,
    means: say`It may be running there. A plan builds in a folder of its own alone, so nothing was built.`,
    next: say`Let it set ${code('OutputPath')} or ${code('BaseOutputPath')} only where ${code("'$(UseArtifactsOutput)' != 'true'")}; ${again}.`,
  }),
  'dotnet-late': () => ({
    what: say`What this plan asks of ${code('dotnet')} took longer than Lockkeeper waits for it, and was ended.`,
    next: say`Restore and build the project by hand where the bot runs: mostly it is a source of packages that does not answer. Then plan again.`,
  }),
  'efcore-failed': ({ command, exitCode, sqlstate, says, main }) => {
    const called = code(`dotnet ef ${command}`)
    return exitCode === 0
      ? {
          what: say`${called} ended well, but what it answers cannot be read.`,
          next: say`Call it by hand with ${code('--json')} and see what is in the way: something that the project writes, or another version of the tool; ${again}.`,
        }
      : {
          what: say`${called} failed (${sqlstate ?? endedWith(exitCode)})${saying(says)}`,
          ...(main === undefined
            ? { next: say`Correct engine in the runbook, or the project, ${again}.` }
            : {
                means: say`No design-time factory was found, and the application’s own ${code('Main')} ended before it built its host${saying(main)}`,
                next: say`Name in engine.environment what ${code('Main')} reads, or give the project a factory (${code('IDesignTimeDbContextFactory')}); ${again}.`,
              }),
        }
  },
  'efcore-provider': ({ provider }) => ({
    what: say`The context speaks to a database by ${code(provider)}, not by Npgsql.`,
    next: say`Name the context of the PostgreSQL database in engine.context, ${again}.`,
  }),
  'efcore-unreachable': ({ connection }) => ({
    what: say`${code('dotnet ef')} did not reach the database that Lockkeeper did reach, so it cannot say what is applied.`,
    next: say`Let the design-time factory take ${code(connection)} from the environment as it is, ${again}.`,
  }),
  'efcore-elsewhere': ({ planned, found, connection }) => ({
    what: say`The design-time context is for ${code(found)}, not for ${code(planned)}.`,
    means: say`Either its factory ignores the environment, and would migrate another database; or it is another name of the same server, and Lockkeeper does not reach it by that one.`,
    next: say`Let the factory take its connection string from ${code(connection)}, ${again}.`,
  }),
  'script-lacks': ({ migration, history }) => ({
    what: say`The script that ${code('dotnet ef')} generates writes no row for ${code(migration)} into ${code(history)}.`,
    next: say`Look at the script by hand: ${code('dotnet ef migrations script')}. Where the project changes how history is kept, set engine.apply to bundle; ${again}.`,
  }),
  'script-unread': ({ line, near }) => ({
    what: say`The script that ${code('dotnet ef')} generates is not SQL in its line ${number(line)}, near ${statementCode(near)}.`,
    means: say`Mostly the statement before it lacks its semicolon: ${code('migrationBuilder.Sql(…)')} is written out as it stands. Where ${code('<U+FEFF>')} is shown, a file was read with its byte-order mark.`,
    next: say`End each such statement with a semicolon, and read files without the mark (${code('File.ReadAllText')}, ${code('StreamReader')}), ${again}.`,
  }),
  'program-missing': ({ by, file }) => ({
    what: say`${programName[by]} ${code(file)} is not there.`,
    means: say`What is run has to be the very file that was approved.`,
    next: say`${by === 'bundle' ? 'Put it there, or plan' : 'Plan'} again.`,
  }),
  'program-changed': ({ by, file }) => ({
    what: say`${programName[by]} ${code(file)} is not the one that was approved: its SHA-256 differs.`,
    next: say`Plan again, and have that approved.`,
  }),
  'program-failed': ({ by, exitCode, signal, says, last }) => ({
    what: say`${updating[by]} failed (${endedWith(exitCode, signal)})${saying(says)}`,
    means: last === null ? say`The history holds no migration.` : say`The history ends at ${code(last)}.`,
    next: say`Correct the cause and retry, or go back.`,
  }),
  'bundle-lacks': ({ file, migration }) => ({
    what: say`${code(migration)} is not in the bundle ${code(file)}.`,
    means: say`It was made of an older source.`,
    next: say`Make it again (${code('dotnet ef migrations bundle')}), or leave out engine.bundle and let the plan make one; ${again}.`,
  }),
  'script-varies': ({ lines, by }) => ({
    what: say`Generated twice, the script differs in ${counted(lines, 'line')}.`,
    means: say`A migration is made of the present time or of chance. ${
      by === undefined
        ? 'The script of this plan is kept, and is what runs.'
        : say`${by === 'bundle' ? 'The bundle' : code('dotnet ef')} makes it once more as it runs, so what runs is not what is shown.`
    }`,
    next: say`Nothing, if that is meant. Otherwise give the migration constant values${by === undefined ? '' : ', or set engine.apply to script'}.`,
  }),
  'source-unlike': ({ wanted, found }) => ({
    what: say`The source is ${found ? say`at commit ${code(found.slice(0, 12))}` : 'at no commit of a git repository'}; reviewed was ${code(wanted)}.`,
    next: say`Check out what was reviewed, or correct engine.commit; ${again}.`,
  }),
  'source-unread': ({ folder, isMissing, says, trust }) => ({
    what: isMissing
      ? say`${code(folder)} is in a git repository, and there is no git here that could read it.`
      : trust === null
        ? say`git cannot tell where ${code(folder)} stands${saying(says)}`
        : say`git does not read the repository of ${code(folder)}: it belongs to another user than the one that the bot runs as.`,
    means: say`Nobody can tell which commit is planned, nor what differs from it.`,
    next: isMissing
      ? say`Install git where the bot runs, ${again}.`
      : trust === null
        ? say`Correct that, ${again}.`
        : say`As the user that the bot runs as: ${code(trust)}; ${again}.`,
  }),
  'source-changed': ({ commit, files }) => ({
    what: say`The source differs from commit ${code(commit.slice(0, 12))} in ${counted(files.length, 'file')}: ${codes(files.slice(0, 5))}.`,
    means: say`What is planned is in no commit: nobody else can build it.`,
    next: say`Commit the changes or take them back, ${again}.`,
  }),
  'model-changed': ({ context }) => ({
    what: say`The model of ${code(context)} has changes that no migration makes.`,
    means: say`The application of this source may ask for what the database does not have.`,
    next: say`Add a migration for them (${code('dotnet ef migrations add')}), or take them back; ${again}.`,
  }),
  'model-unmigrated': ({ tables, columns, indexes }) => ({
    what: say`The model wants what neither the database has nor a migration makes: ${list(tables, 'table')}${list(columns, 'column')}${list(indexes, 'index')}.`,
    means: say`EF compares the model with its snapshot only, and finds nothing. The application will fail where it needs them.`,
    next: say`Have a developer compare the snapshot with the migrations. It does not keep this run from going on.`,
  }),
  'model-unread': ({ line, near }) => ({
    what: say`The whole model was not compared with the database: its script (${code('dotnet ef dbcontext script')}) is not SQL in line ${number(line)}, near ${statementCode(near)}.`,
    means: say`Tables, columns and indexes that no migration makes would go unseen.`,
    next: say`Have a developer correct what the model gives as SQL there (a default, a filter, a computed column). It does not keep this run from going on.`,
  }),
  'history-elsewhere': ({ writes, reads }) => ({
    what: say`Migrations are recorded in ${code(writes)}; at run time the application reads ${code(reads)}.`,
    means: say`It will think that migrations are pending, and may try to apply them.`,
    next: say`Name the same history table in the factory and where the application configures its context.`,
  }),
  'sessions-named': ({ name }) => ({
    what:
      name === null
        ? say`No session of the design-time factory was seen by the name that it was given.`
        : say`The design-time factory names its sessions ${code(name || 'with nothing')}, so they do not carry the run’s name.`,
    means: say`A program that is killed would leave sessions that nobody finds: one of them may still commit.`,
    next: say`Leave ${code('Application Name')}, ${code('Pooling')} and another user out of the factory’s connection string, or set engine.apply to script; ${again}.`,
  }),
  'bundle-unfit': ({ file, exitCode, sqlstate, says }) => ({
    what: say`The bundle ${code(file)} does not get as far as its database (${sqlstate ?? endedWith(exitCode)})${saying(says)}`,
    means: say`It was started to look, and would end like that in the window too, with users out.`,
    next: say`It must be executable, for this platform, and self-contained where there is no .NET runtime; what its factory reads (${code('appsettings.json')}) must lie beside it, or be in engine.environment; ${again}.`,
  }),
  'bundle-elsewhere': ({ file, planned, connection }) => ({
    what: say`The bundle ${code(file)} does not go to ${code(planned)}: it was started to look, and no session of it came there.`,
    means: say`In the window it would migrate another database.`,
    next: say`Let its factory take its connection string from ${code(connection)}, before any settings file; ${again}.`,
  }),
  'bundle-unread': ({ file }) => ({
    what: say`The bundle ${code(file)} was made elsewhere: its SQL was not looked at.`,
    means: say`The SQL to review is that of the source that is here. If they differ, something is run that nobody has read.`,
    next: say`Make sure that it is of this commit; or leave out engine.bundle, and the plan makes one.`,
  }),
  'history-shared': ({ table, migrations }) => ({
    what: say`${code(table)} also holds ${counted(migrations.length, 'migration')} of another context.`,
    next: say`Nothing: they are left alone.`,
  }),
} satisfies Partial<Wordings>

function list(names: readonly string[], what: string): Line {
  if (names.length === 0) return []
  const more = names.length > 5 ? ` and ${names.length - 5} more` : ''
  return say`${counted(names.length, what)} (${codes(names.slice(0, 5))}${more}) `
}
