import { auditCases } from './cases/audit.ts'
import { destinationCases } from './cases/destinations.ts'
import { directoryCases } from './cases/directory.ts'
import { feedCases } from './cases/feed.ts'
import { hookCases } from './cases/hooks.ts'
import { ingressCases } from './cases/ingress.ts'
import { ldapCases } from './cases/ldap.ts'
import { recordCases } from './cases/records.ts'
import { spoolCases } from './cases/spool.ts'
import { workerCases } from './cases/workers.ts'
import type { PageCase } from './page-case.ts'

/** The cases of every page, by the test file that runs them. */
export const casesByFile: Readonly<Record<string, readonly PageCase<never>[]>> = {
  'test/integration/runbooks/databases.test.ts': [...auditCases, ...directoryCases, ...destinationCases],
  'test/integration/runbooks/ingress.test.ts': [...hookCases, ...ingressCases, ...feedCases],
  'test/integration/runbooks/records.test.ts': recordCases,
  'test/integration/runbooks/spool.test.ts': spoolCases,
  'test/integration/runbooks/workers.test.ts': workerCases,
  'test/ldap/runbooks.test.ts': ldapCases,
}
