import { createHmac } from 'node:crypto'
import { execa } from 'execa'
import { beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { connectionString, hrmsBuild } from '../dotnet.ts'
import { hrmsDatabase, type TestDatabase } from '../databases.ts'
import { jwtSecret, startHrms } from './hrms-application.ts'
import { dotnet, needing } from '../needs.ts'

describe('What only the .NET HRMS does', needing(dotnet), () => {
  let database: TestDatabase

  beforeAll(async () => {
    await hrmsBuild('before')
  })

  beforeEach(async () => {
    database = await hrmsDatabase()
    onTestFinished(() => database.drop())
  })

  test('it is healthy by its columns, and ready by the history of its migrations', async () => {
    const client = await database.client()
    await client.query(
      `delete from master."__EFMigrationsHistory" where "MigrationId" = '20251111125329_InitialMasterDb'`,
    )
    const hrms = await startHrms('.NET', 'before', database)
    expect(await hrms.ask('GET /health')).toMatchObject({ status: 200 })
    expect(await hrms.ask('GET /health/ready')).toEqual({
      status: 503,
      body: { status: 'NotReady', release: 'before' },
    })
    await hrms.stop()
    expect(await hrms.service.text('api.log')).toContain('Not applied: 20251111125329_InitialMasterDb')
  })

  test('an access token counts as signed, until it expires: not altered, not with another key, not unsigned', async () => {
    const hrms = await startHrms('.NET', 'before', database)
    const { token } = (
      await hrms.ask('POST /api/auth/login', { email: 'admin1@morishr.test', password: 'Test123!' })
    ).body as { token: string }
    const { sid, exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const soon = Date.now() / 1000 + 60
    expect(exp).toBeGreaterThan(soon)
    const statusWith = async (given: string) => (await hrms.ask('GET /api/session', undefined, given)).status
    expect(await statusWith(token)).toBe(200)
    expect(await statusWith(signed({ sid, exp: Math.round(soon) }))).toBe(200)
    for (const worthless of [
      signed({ sid, exp: Math.round(soon) - 120 }),
      signed({ sid, exp }, { secret: 'another one' }),
      signed({ sid, exp }, { algorithm: 'none' }),
      token.slice(0, -4),
      `${token}.`,
      token.replace(/\.[^]+\./, '.!.'),
    ])
      expect(await statusWith(worthless)).toBe(401)
    await hrms.stop()
    expect(await hrms.service.text('api.log')).not.toContain('xception')
  })

  test('without its settings it does not start, and names each of them', async () => {
    const { dll } = await hrmsBuild('before')
    const began = await execa('dotnet', [dll], { reject: false, env: { JWT_SECRET: 'too short' } })
    expect(began).toMatchObject({ exitCode: 1, stdout: '' })
    expect(began.stderr.split('\n')).toEqual([
      'hrms-api: ConnectionStrings__MasterDb is not set',
      'hrms-api: JWT_SECRET is not set, or shorter than 32 bytes',
      'hrms-api: HRMS_PORT is not set, or no port',
      'hrms-api: HRMS_FOLDER is not set',
    ])
  })

  test('a connection string keeps what a password may hold', () => {
    expect(connectionString("postgres://me:a%3Bb'c@127.0.0.1:5432/hrms_master")).toBe(
      "Host='127.0.0.1';Port='5432';Database='hrms_master';Username='me';Password='a;b''c'",
    )
  })
})

/** A token as any library would make it. */
function signed(claims: object, { secret = jwtSecret, algorithm = 'HS256' } = {}): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${encode({ alg: algorithm, typ: 'JWT' })}.${encode(claims)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
