import pg from 'pg'
import { consumers } from '../../../consumers/index.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { databaseRoleOf } from '../../../lib/database-variable.ts'
import { databaseUsersOf, databaseVariablesOf } from '../../variables/database-variables.ts'
import { grantsOf, roleOf } from './worker-role.ts'

/** Stands for DATABASE_URL where it is not set: the statements do not depend on it. */
const anyUrl = 'postgres://owner@127.0.0.1/gitlab_bridge'

/**
 * The SQL that makes the roles of the workers and of their readers, for those who do not let `bridge setup`
 * make them. It contains no password. A role has the name that its URL says.
 */
export const databaseRolesSql = (env: Environment, workers = consumers): string => {
  const { DATABASE_URL: ownerUrl = anyUrl } = readVariables(databaseVariablesOf(workers), env)
  const owner = roleOf(ownerUrl)
  const nameOf = (url: string, name: string) => (roleOf(url) === owner ? databaseRoleOf(name) : roleOf(url))
  const roles = databaseUsersOf(workers, { ...env, DATABASE_URL: ownerUrl }).flatMap((user) => [
    { ...user, role: nameOf(user.url, user.worker), rights: user.database.rights },
    ...(user.roles ?? []).map((each) => ({ ...each, role: nameOf(each.url, each.name) })),
  ])
  return [
    '-- The roles of the workers and of their readers in PostgreSQL. Each has only the rights that it needs.',
    '',
    '-- 1. An administrator runs this part once, before `bridge setup`.',
    ...roles.flatMap(({ variable, role }) => [
      `create role ${pg.escapeIdentifier(role)} login;`,
      `-- Its password is that of ${variable}. In psql: \\password ${role}`,
    ]),
    '',
    '-- 2. `bridge setup` creates the tables and grants these rights with the role of DATABASE_URL.',
    ...roles.flatMap(({ rights, role }) => grantsOf(rights, role)),
    '',
  ].join('\n')
}
