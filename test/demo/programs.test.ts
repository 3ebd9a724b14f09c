import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { approve, callCast, room, run, type Cast } from '../../demo/auto/cast.ts'
import { untilAnswers } from '../../demo/stage/until.ts'
import { people } from '../../demo/workspace/cast.ts'
import { startWorkspace } from '../../demo/workspace/server.ts'
import { onServer } from '../databases.ts'
import { hrmsProject, settings } from '../engines/efcore/hrms-project.ts'
import { makePlace, type Place } from '../cli/place.ts'
import { hangs } from '../hangs.ts'
import { freePort } from '../steps/hrms.ts'
import { dotnet, needing } from '../needs.ts'
import { allProcesses } from '../../src/adapters/process-table.ts'

// The document's migration from Slack in the two ways that need a program: typed, clicked and read in the demo's
// workspace. The third one, the script, is what the demo's own story plays.

const [asha, dan, mei] = people.map((person) => person.id)
const migration = /Plan [0-9A-Z]{4} · AddSecurityEnhancements/
const rollback = /Plan [0-9A-Z]{4} · Rollback/i

/** HRMS with its migrations by EF Core, and an application that writes nothing that the old tables have no place for. */
const placeWith = (apply: 'bundle' | 'tool'): Promise<Place> =>
  makePlace(
    (written) => {
      written.engine = settings({
        apply,
        project: path.join(hrmsProject, 'src/HRMS.Infrastructure'),
        startupProject: path.join(hrmsProject, 'src/HRMS.API'),
      })
      const { release } = written.services[0]
      release.after.deploy = release.before.deploy
      written.functional = written.functional.filter(({ only }: { only?: string }) => only !== 'after')
      written.contacts[0].person = asha
      written.contacts[3].person = mei
    },
    { recorded: false },
  )

/** The bot of that place in a workspace of its own. */
async function inSlack(place: Place): Promise<{ cast: Cast; bot: ChildProcess; leave: () => Promise<void> }> {
  const [port, signingSecret] = [await freePort(), 'of the test']
  const botUrl = `http://127.0.0.1:${port}/slack/events`
  const workspace = await startWorkspace({ port: 0, botUrl, signingSecret })
  const configuration = {
    runbooks: 'runbooks',
    backups: 'backups',
    roles: {
      'migration-operators': { people: [asha, mei] },
      'database-team': { people: [dan] },
      cto: { people: [mei] },
    },
    terminal: { asha },
  }
  await writeFile(path.join(place.folder, 'lockkeeper.yml'), stringify(configuration))
  Object.assign(place.environment, {
    PORT: String(port),
    SLACK_API_URL: workspace.apiUrl,
    SLACK_BOT_TOKEN: workspace.botToken,
    SLACK_SIGNING_SECRET: signingSecret,
    HOME: process.env['HOME'] ?? '',
    JWT_SECRET: 'a secret of thirty-two bytes or more',
    DirectoryBuildPropsPath: path.join(hrmsProject, 'Directory.Build.props'),
  })
  const bot = await place.startBot()
  await untilAnswers(`http://127.0.0.1:${port}/health`, hangs)
  const cast = await callCast(workspace.pageUrl)
  return {
    cast,
    bot,
    async leave() {
      cast.followed.close()
      await workspace.close()
    },
  }
}

/** Kills the process that drives runs, once the program of the run is connected; it is started again by itself. */
async function killWhileMigrating({ pool, target }: Place, bot: ChildProcess): Promise<void> {
  const isMigrating = async (): Promise<boolean> => {
    const { rowCount: begun } = await pool.query("select from lockkeeper.attempt where step like 'migrate%'")
    const { rowCount: connected } = await onServer((admin) =>
      admin.query(
        `select from pg_stat_activity where datname = $1 and application_name like 'lockkeeper:%'
         and backend_type = 'client backend'`,
        [target.name],
      ),
    )
    // The claim, the session beside the program, and the program's.
    return begun === 1 && (connected ?? 0) >= 3
  }
  await expect.poll(isMigrating, { interval: 10 }).toBe(true)
  const child = (await allProcesses()).find(({ parent }) => parent === bot.pid)
  process.kill(child!.pid, 'SIGKILL')
}

/** In a session that is gone again: a run would ask about it. */
async function lastMigration({ target }: Place): Promise<string | undefined> {
  const client = await target.client()
  const { rows } = await client.query<{ last: string }>(
    'select max("MigrationId") as last from master."__EFMigrationsHistory"',
  )
  await client.end()
  return rows[0]?.last
}

describe('From Slack', needing(dotnet), () => {
  test.for([
    ['bundle', 'applied by the bundle'],
    ['tool', 'applied by dotnet ef'],
  ] as const)(
    'the document’s migration is planned, approved, run through a kill of the bot, and rolled back by the %s',
    async ([apply, saysPlan]) => {
      const place = await placeWith(apply)
      const { name: database } = place.target
      await place.startService()
      const { cast, bot, leave } = await inSlack(place)
      try {
        await cast.asha.type(room, '/migrate plan add-security-enhancements')
        await cast.reads(migration)
        await cast.reads(new RegExp(saysPlan))
        await approve(cast, cast.dan, migration)
        await approve(cast, cast.mei, migration)
        await run(cast.asha, migration, database)
        await killWhileMigrating(place, bot)
        await cast.reads(/Lockkeeper was away from .* Migrate had begun/)
        await cast.reads(/Applying 20251113040317_AddSecurityEnhancements/)
        await cast.reads(new RegExp(`AddSecurityEnhancements is on ${database}`))
        await cast.reads(/HRMS is back since/)
        expect(await lastMigration(place)).toBe('20251113040317_AddSecurityEnhancements')
        // What the plan knows is not asked of the project again: there is no SDK in this terminal.
        place.environment['PATH'] = path.dirname(process.execPath)
        expect((await place.type('asha', ['verify'])).out).toContain('AddSecurityEnhancements is on')

        await cast.asha.type(room, '/migrate rollback add-security-enhancements')
        await cast.asha.submit(await cast.asha.sees(/lose/), { loss: '0' })
        await cast.reads(rollback)
        await approve(cast, cast.dan, rollback)
        await approve(cast, cast.mei, rollback)
        await run(cast.asha, rollback, database)
        await cast.reads(/Reverting 20251113040317_AddSecurityEnhancements/)
        await cast.reads(new RegExp(`AddSecurityEnhancements is no longer on ${database}`))
        expect(await lastMigration(place)).toBe('20251111125329_InitialMasterDb')
      } finally {
        await leave()
        await place.leave()
      }
    },
  )
})
