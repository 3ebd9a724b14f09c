import pg from 'pg'
import { expect } from 'vitest'
import {
  closeDatabase,
  closingPlan,
  compareAccess,
  openDatabase,
  readAccess,
  restoreAccess,
} from '../../../src/adapters/postgres/closing.ts'
import { onServer } from '../../databases.ts'
import { type Hrms, test, valueOf } from './hrms.ts'

const keep = ['lockkeeper']
const aclOf = (hrms: Hrms): Promise<string[] | null> =>
  onServer(async (admin) => {
    const { rows } = await admin.query('select datacl::text[] as acl from pg_database where datname = $1', [
      hrms.name,
    ])
    return rows[0].acl
  })
const grant = (hrms: Hrms, ...statements: string[]): Promise<void> =>
  onServer(async (admin) => {
    for (const statement of statements) await admin.query(statement.replaceAll('DB', hrms.name))
  })

/** Connects and leaves; the SQLSTATE of a refusal. */
async function enter(url: string): Promise<string> {
  const client = new pg.Client(url)
  try {
    await client.connect()
    return 'in'
  } catch (error) {
    return (error as pg.DatabaseError).code ?? 'no code'
  } finally {
    await client.end().catch(() => {})
  }
}

test('closing keeps every role but the bot out of this database, the owner too, and of no other', async ({
  hrms,
}) => {
  const closed = valueOf(await closeDatabase(hrms.target(), keep))
  expect(closed.rolesKeptOut).toEqual(
    expect.arrayContaining(['hrms_app', 'hrms_batch', 'hrms_owner', 'hrms_reporting']),
  )
  for (const role of ['hrms_app', 'hrms_owner', 'hrms_reporting'])
    expect(await enter(hrms.as(role, role))).toBe('42501')
  expect(await enter(hrms.as('lockkeeper', 'lockkeeper'))).toBe('in')
  const elsewhere = new URL(hrms.as('hrms_app', 'hrms_app'))
  elsewhere.pathname = '/postgres'
  expect(await enter(elsewhere.href)).toBe('in')
})

test('superusers still enter a closed database, and are named', async ({ hrms }) => {
  const closed = valueOf(await closeDatabase(hrms.target(), keep))
  expect(closed.stillEnter).toEqual(['postgres'])
  expect(await enter(hrms.url)).toBe('in')
})

test('a session that was there before the close stays there', async ({ hrms }) => {
  const session = await hrms.session()
  valueOf(await closeDatabase(hrms.target(), keep))
  expect((await session.query('select 1 as one')).rows).toEqual([{ one: 1 }])
})

test('a NULL ACL is put back as what NULL means, so that everybody enters again', async ({ hrms }) => {
  expect(await aclOf(hrms)).toBeNull()
  valueOf(await closeDatabase(hrms.target(), keep))
  valueOf(await restoreAccess(hrms.target(), null))
  expect(await aclOf(hrms)).toEqual(expect.arrayContaining(['=Tc/hrms_owner', 'hrms_owner=CTc/hrms_owner']))
  expect(await aclOf(hrms)).toHaveLength(2)
  expect(await enter(hrms.as('hrms_reporting', 'hrms_reporting'))).toBe('in')
})

test('an ACL with grants, grant options and other grantors is put back exactly', async ({ hrms }) => {
  const [first, second] = [`first_${hrms.name}`, `second_${hrms.name}`]
  await grant(
    hrms,
    `create role ${first}`,
    `create role ${second}`,
    `grant ${first}, ${second} to lockkeeper`,
    'revoke connect on database DB from public',
    'grant connect, create on database DB to hrms_batch',
    `grant connect on database DB to ${first} with grant option`,
    `set role ${first}`,
    `grant connect on database DB to ${second} with grant option`,
    `set role ${second}`,
    'grant connect on database DB to hrms_app',
    'reset role',
  )
  try {
    const before = await aclOf(hrms)
    valueOf(await closeDatabase(hrms.target(), keep))
    expect(await enter(hrms.as('hrms_app', 'hrms_app'))).toBe('42501')
    valueOf(await restoreAccess(hrms.target(), before))
    expect((await aclOf(hrms))?.toSorted()).toEqual(before?.toSorted())
  } finally {
    await grant(hrms, `revoke connect on database DB from ${first} cascade`, `drop role ${first}, ${second}`)
  }
})

test('what another grantor gave and the bot could not give back is not taken at all', async ({ hrms }) => {
  const role = `granter_${hrms.name}`
  await grant(
    hrms,
    `create role ${role}`,
    `grant connect on database DB to ${role} with grant option`,
    `set role ${role}`,
    'grant connect on database DB to hrms_app',
    'reset role',
  )
  try {
    const before = await aclOf(hrms)
    expect(await closeDatabase(hrms.target(), keep)).toEqual({
      ok: false,
      problem: {
        code: 'privilege-missing',
        role: 'lockkeeper',
        needs: `membership in ${role}`,
        why: 'close',
      },
    })
    expect(await aclOf(hrms)).toEqual(before)
  } finally {
    await grant(hrms, `revoke connect on database DB from ${role} cascade`, `drop role ${role}`)
  }
})

test('a role that is no member of the owner closes nothing and is told what it lacks', async ({ hrms }) => {
  const closed = await closeDatabase(hrms.target({ role: 'hrms_reporting' }), ['hrms_reporting'])
  expect(closed).toEqual({
    ok: false,
    problem: {
      code: 'privilege-missing',
      role: 'hrms_reporting',
      needs: 'membership in hrms_owner',
      why: 'close',
    },
  })
  expect(await aclOf(hrms)).toBeNull()
})

test('opening lets the application in and nobody else', async ({ hrms }) => {
  valueOf(await closeDatabase(hrms.target(), keep))
  valueOf(await openDatabase(hrms.target(), ['hrms_app']))
  expect(await enter(hrms.as('hrms_app', 'hrms_app'))).toBe('in')
  expect(await enter(hrms.as('hrms_reporting', 'hrms_reporting'))).toBe('42501')
})

test('the plan of a closing names who would be kept out, and changes nothing', async ({ hrms }) => {
  const session = valueOf(await hrms.target().connect({ settings: { readOnly: true } }))
  const plan = valueOf(await closingPlan(session.client, keep))
  expect(plan.stillEnter).toEqual(['postgres'])
  expect(plan.rolesKeptOut).toContain('hrms_reporting')
  expect(await readAccess(session.client)).toEqual({ acl: null })
  await session.end()
})

test('the plan of a closing fails where closing would', async ({ hrms }) => {
  const session = valueOf(await hrms.target({ role: 'hrms_reporting' }).connect())
  expect(await closingPlan(session.client, ['hrms_reporting'])).toMatchObject({
    ok: false,
    problem: { code: 'privilege-missing' },
  })
  expect(session.client.getTransactionStatus()).toBe('I')
  await session.end()
})

test('an ACL that somebody changed after the close is noticed, with both as text', async ({ hrms }) => {
  const session = valueOf(await hrms.target().connect())
  const { acl: was } = await readAccess(session.client)
  valueOf(await closeDatabase(hrms.target(), keep))
  expect(await compareAccess(session.client, { was, keep, opened: [] })).toBeNull()
  valueOf(await openDatabase(hrms.target(), ['hrms_app']))
  expect(await compareAccess(session.client, { was, keep, opened: ['hrms_app'] })).toBeNull()
  await grant(hrms, 'grant connect on database DB to hrms_reporting')
  expect(await compareAccess(session.client, { was, keep, opened: ['hrms_app'] })).toEqual({
    expected: '=T/hrms_owner, hrms_app=c/hrms_owner, hrms_owner=CT/hrms_owner, lockkeeper=c/hrms_owner',
    found:
      '=T/hrms_owner, hrms_app=c/hrms_owner, hrms_owner=CT/hrms_owner, hrms_reporting=c/hrms_owner, lockkeeper=c/hrms_owner',
  })
  await session.end()
})

test('closing again what is closed changes nothing, and a role that was dropped meanwhile is not put back', async ({
  hrms,
}) => {
  const role = `gone_${hrms.name}`
  await grant(hrms, `create role ${role}`, `grant connect on database DB to ${role}`)
  const before = await aclOf(hrms)
  const once = valueOf(await closeDatabase(hrms.target(), keep))
  await grant(hrms, `drop role ${role}`)
  expect(valueOf(await closeDatabase(hrms.target(), keep)).acl).toEqual(once.acl)
  valueOf(await restoreAccess(hrms.target(), before))
  expect((await aclOf(hrms))?.toSorted()).toEqual(['=Tc/hrms_owner', 'hrms_owner=CTc/hrms_owner'])
})
