import { expect } from 'vitest'
import { withSession } from '../../../src/adapters/postgres/target.ts'
import { isSamePlace, placeOf } from '../../../src/engines/efcore/read-project.ts'
import { type Hrms, test, valueOf } from '../../adapters/postgres/hrms.ts'
import { alsoAtPort, alsoAtSocket } from './also-at.ts'
import { ipv6, needing } from '../../needs.ts'

async function seen(hrms: Hrms, dataSource: string, database = hrms.name) {
  const identity = valueOf(await withSession(hrms.target(), 'identify', async (session) => session.identity))
  const target = hrms.target({ expected: identity })
  return isSamePlace(target, { dataSource, database, history: '' }, 'ConnectionStrings__MasterDb')
}

const same = { ok: true, value: undefined }

test('a server is the same one by its IPv6 address', needing(ipv6), async ({ hrms }) => {
  const port = await alsoAtPort(hrms, '::1')
  expect(await seen(hrms, `tcp://::1:${port}`)).toEqual(same)
})

test('a server is the same one by its Unix socket', async ({ hrms }) => {
  const folder = await alsoAtSocket(hrms)
  expect(await seen(hrms, `${folder}/.s.PGSQL.5432`)).toEqual(same)
})

test('a server that is another one, or cannot be asked, is elsewhere', async ({ hrms }) => {
  const elsewhere = (found: string) => ({ ok: false, problem: expect.objectContaining({ found }) })
  expect(await seen(hrms, 'tcp://::1:1')).toEqual(elsewhere(`[::1]:1/${hrms.name}`))
  expect(await seen(hrms, '')).toEqual(elsewhere(`several hosts/${hrms.name}`))
  const { host } = new URL(hrms.url)
  expect(await seen(hrms, `tcp://${host}`, 'postgres')).toEqual(elsewhere(`${host}/postgres`))
})

test('where Npgsql connects to is read from its own words', () => {
  expect(placeOf('tcp://db-prod-1:5432')).toEqual({ host: 'db-prod-1', port: '5432' })
  expect(placeOf('tcp://::1:5432')).toEqual({ host: '[::1]', port: '5432' })
  expect(placeOf('/var/run/postgresql/.s.PGSQL.5433')).toEqual({ host: '/var/run/postgresql', port: '5433' })
  expect(placeOf('')).toBeNull()
})
