// The commands of the runbooks about the LDAP sync, on broken stacks.
import { openLdapTest } from '../helpers/ldap/open-ldap-test.ts'
import { ldapCases } from '../helpers/runbooks/cases/ldap.ts'
import { testCases } from '../helpers/runbooks/test-cases.ts'

const ldap = await openLdapTest()
await ldap.directory.addPeople(Array.from({ length: 10 }, (_, index) => `user${index + 1}`))
testCases(ldapCases, ldap)
