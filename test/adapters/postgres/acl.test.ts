import { expect, test } from 'vitest'
import {
  closedAcl,
  defaultAcl,
  formatAcl,
  missingFrom,
  parseAcl,
  sameAcl,
  withConnect,
} from '../../../src/adapters/postgres/acl.ts'

const acl = ['=Tc/hrms_owner', 'hrms_owner=CTc/hrms_owner', 'reporting=c*/hrms_owner', 'hrms_app=c/reporting']

test('an ACL is read into one entry a privilege, with its grantor and grant option', () => {
  expect(parseAcl(['reporting=Tc*/hrms_owner'])).toEqual([
    { grantee: 'reporting', grantor: 'hrms_owner', privilege: 'TEMPORARY', grantable: false },
    { grantee: 'reporting', grantor: 'hrms_owner', privilege: 'CONNECT', grantable: true },
  ])
})

test('what is read is written as PostgreSQL writes it, odd names included', () => {
  const odd = ['"q""t=x/y"=c/"we ird"', '"we ird"=CTc/"we ird"', '=c/"we ird"']
  expect(formatAcl(parseAcl(odd))).toEqual(odd.toSorted())
  expect(parseAcl(odd)[0]).toMatchObject({ grantee: 'q"t=x/y', grantor: 'we ird' })
})

test('an ACL of NULL means that PUBLIC may connect and make temporary tables', () => {
  expect(formatAcl(defaultAcl('hrms_owner'))).toEqual(['=Tc/hrms_owner', 'hrms_owner=CTc/hrms_owner'])
})

test('closing takes CONNECT from everybody and leaves everything else', () => {
  expect(formatAcl(closedAcl(parseAcl(acl), 'hrms_owner', ['lockkeeper']))).toEqual([
    '=T/hrms_owner',
    'hrms_owner=CT/hrms_owner',
    'lockkeeper=c/hrms_owner',
  ])
})

test('letting a role in that is let in already changes nothing', () => {
  const once = withConnect(parseAcl(acl), 'hrms_owner', ['lockkeeper'])
  expect(withConnect(once, 'hrms_owner', ['lockkeeper', 'lockkeeper'])).toEqual(once)
})

test('two ACLs are the same whatever their order, and differ by a grant option or a grantor alone', () => {
  expect(sameAcl(parseAcl(acl), parseAcl(acl.toReversed()))).toBe(true)
  expect(sameAcl(parseAcl(acl), parseAcl(acl.with(2, 'reporting=c/hrms_owner')))).toBe(false)
  expect(missingFrom(parseAcl(acl), parseAcl(acl.with(3, 'hrms_app=c/hrms_owner')))).toEqual([
    { grantee: 'hrms_app', grantor: 'reporting', privilege: 'CONNECT', grantable: false },
  ])
})
