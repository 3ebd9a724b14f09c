import { describe, expect } from 'vitest'
import type { Problem } from '../../../src/domain/problem.ts'
import type { Program } from '../../../src/domain/script.ts'
import { npgsqlConnection } from '../../../src/engines/efcore/connection.ts'
import { tryBundle } from '../../../src/engines/efcore/try-bundle.ts'
import { type Hrms, test } from '../../adapters/postgres/hrms.ts'
import { before, security } from '../scripts.ts'
import { bundled, last, sceneOf, scripted } from './program-scene.ts'
import { dotnet, needing } from '../../needs.ts'

/** What is found of a bundle, with another connection string where one is given. */
async function found(hrms: Hrms, program: Program, connection?: string) {
  const { project, target } = await sceneOf(hrms)
  const { connection: variable } = project.settings
  const environment = { ...project.at.environment, ...(connection && { [variable]: connection }) }
  return tryBundle({ ...project, at: { ...project.at, environment } }, target, program, security)
}

const refused = (problem: Problem) => ({ ok: true, value: [{ level: 'blocker', problem }] })

/** It holds the migration's name, as a bundle does. */
const speaking = (lines: string) => scripted(`# ${security}\n${lines}`)

describe('A bundle is started before the window,', needing(dotnet), () => {
  test('and looks at its database without migrating it', async ({ hrms }) => {
    const program = await bundled(hrms.target())
    expect(await found(hrms, program)).toEqual({ ok: true, value: [] })
    expect(await found(hrms, { ...program, named: true })).toEqual({
      ok: true,
      value: [{ level: 'warning', problem: { code: 'bundle-unread', file: program.file } }],
    })
    expect(await last(hrms)).toBe(before)
  })

  test('and is refused where it goes to another database, which is not made where it is missing', async ({
    hrms,
  }) => {
    const program = await bundled(hrms.target())
    const { address } = hrms.target()
    const elsewhere = refused({
      code: 'bundle-elsewhere',
      file: program.file,
      planned: `${address.host}/${address.database}`,
      connection: 'ConnectionStrings__MasterDb',
    })
    const missing = `${hrms.name}_nope`
    for (const database of ['postgres', missing])
      expect(await found(hrms, program, npgsqlConnection({ ...address, database }))).toEqual(elsewhere)
    const client = await hrms.client()
    const made = await client.query('select from pg_database where datname = $1', [missing])
    expect(made.rows).toEqual([])
  })

  test('and is refused where its sessions go by a name of their own', async ({ hrms }) => {
    const program = await bundled(hrms.target())
    const named = `${npgsqlConnection(hrms.target().address)};Application Name=hrms-migrator`
    expect(await found(hrms, program, named)).toEqual(
      refused({ code: 'sessions-named', name: 'hrms-migrator' }),
    )
  })

  test('and is refused where it does not get as far as its database, with what it says of that', async ({
    hrms,
  }) => {
    const program = await bundled(hrms.target())
    const { file } = program
    expect(await found(hrms, program, 'Host')).toEqual(
      refused({
        code: 'bundle-unfit',
        file,
        exitCode: 1,
        sqlstate: null,
        says: expect.stringContaining('Format of the initialization string does not conform'),
      }),
    )
    const dumb = await speaking('exit 3')
    expect(await found(hrms, dumb)).toEqual(
      refused({ code: 'bundle-unfit', file: dumb.file, exitCode: 3, sqlstate: null, says: null }),
    )
  })

  test('and is refused where it was made before the migration was written', async ({ hrms }) => {
    const program = await scripted('exit 0')
    expect(await found(hrms, program)).toEqual(
      refused({ code: 'bundle-lacks', file: program.file, migration: security }),
    )
  })
})
