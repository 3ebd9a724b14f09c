import { expect, test } from 'vitest'
import { npgsqlConnection } from '../../../src/engines/efcore/connection.ts'
import { projectOf } from '../../../src/engines/efcore/project.ts'
import { settings } from './hrms-project.ts'

const connectionOf = (url: string, database = 'hrms_master') =>
  npgsqlConnection({ url, database, variable: 'HRMS_MASTER_URL', host: '' })

test('a URL becomes the same server, database and role in Npgsql’s words', () => {
  expect(connectionOf('postgres://mover:pass@db-prod-1:5433/hrms_master')).toBe(
    'Host=db-prod-1;Port=5433;Database=hrms_master;Username=mover;Password=pass',
  )
  expect(connectionOf('postgres://mover@[::1]')).toBe(
    'Host=::1;Port=5432;Database=hrms_master;Username=mover',
  )
})

test('what would end a value is quoted', () => {
  expect(connectionOf('postgres://mover:a%3Bb%22c%20@db/hrms_master')).toContain('Password="a;b""c "')
})

test('what the URL says of encryption holds, too', () => {
  expect(
    connectionOf('postgres://mover@db/hrms_master?sslmode=verify-full&sslrootcert=/etc/ca.pem'),
  ).toContain('SSL Mode=VerifyFull;Root Certificate=/etc/ca.pem')
  expect(connectionOf('postgres://mover@db/hrms_master?sslmode=require')).toContain('SSL Mode=Require')
})

test('a project runs as in production, waits as long as the server lets it, and may only read while a plan is made', () => {
  const address = { url: 'postgres://bot:secret@db/hrms', database: 'hrms', variable: 'HRMS_URL', host: 'db' }
  const place = { folder: '/srv', address, environment: {}, builds: '', history: null }
  const { environment } = projectOf(settings(), place, '/builds/one').at
  expect(environment[settings().connection]).toMatch(/^Host=db;.*;Command Timeout=0$/)
  expect(environment['DOTNET_ENVIRONMENT']).toBe('Production')
  expect(environment['PGOPTIONS']).toContain('-c default_transaction_read_only=on ')
})
