import { noGitlabApis } from '../../../consumers/gitlab-api/open-gitlab-apis.ts'
import type { Entry, Search } from '../../../consumers/ldap-sync/directory/ldap-settings.ts'
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

/** The same, with a server that gives other answers to some searches. */
export const withAnswers = <T>(
  sync: Pick<RunningSync, 'env'>,
  answer: (search: Search) => readonly Entry[] | Error | undefined,
  act: (operator: Operator) => Promise<T>,
): Promise<T> =>
  withOperator(sync, (operator) => {
    const search = async (asked: Search) => {
      const given = answer(asked)
      if (given instanceof Error) throw given
      return given === undefined ? operator.client.search(asked) : [...given]
    }
    return act({ ...operator, client: { ...operator.client, search } })
  })
