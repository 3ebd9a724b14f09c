import { expect, test } from 'vitest'
import { accessByHand, isSameAccess, rolesLetIn } from '../../src/steps/access.ts'

test('by hand, names that need quotes have them', () => {
  expect(accessByHand('odd "name"', { acl: ['"odd role"=c/o', 'o=CTc/o'], owner: 'o' }, ['Bot'])).toEqual([
    'GRANT CONNECT ON DATABASE "odd ""name""" TO "odd role"; GRANT CONNECT ON DATABASE "odd ""name""" TO "o"; REVOKE CONNECT ON DATABASE "odd ""name""" FROM "Bot";',
  ])
})

test('an ACL of NULL and the one that it means let in the same roles', () => {
  const spelled = ['=Tc/o', 'o=CTc/o']
  expect(isSameAccess({ acl: null, owner: 'o' }, { acl: spelled, owner: 'o' })).toBe(true)
  expect(isSameAccess({ acl: null, owner: 'o' }, { acl: ['o=CTc/o'], owner: 'o' })).toBe(false)
  expect(rolesLetIn({ acl: null, owner: 'o' })).toEqual(['PUBLIC', 'o'])
})

test('who may make temporary tables only is not let in', () => {
  expect(rolesLetIn({ acl: ['=T/o', 'app=c/o'], owner: 'o' })).toEqual(['app'])
})
