import { noGitlabApis } from '../../../consumers/gitlab-api/open-gitlab-apis.ts'
import { type Operator, openOperator } from '../../../consumers/ldap-sync/operate/open-operator.ts'
import { ldapSyncVariables } from '../../../consumers/ldap-sync/variables.ts'
import { readVariables } from '../../../lib/config.ts'
import { quietLogger } from '../../../lib/logger.ts'
import type { RunningSync } from './open-ldap-test.ts'

/** Does something as `bridge ldap` does it, beside the running worker. */
export const withOperator = async <T>(
  sync: Pick<RunningSync, 'env'>,
  act: (operator: Operator) => Promise<T>,
  env: Readonly<Record<string, string>> = {},
): Promise<T> => {
  const settings = readVariables(ldapSyncVariables, { ...sync.env, ...env })
  const operator = openOperator(settings, quietLogger(), noGitlabApis)
  return act(operator).finally(operator.close)
}
