import pg from 'pg'
import { consumers } from '../../../consumers/index.ts'
import { type Environment, readVariables } from '../../../lib/config.ts'
import { databaseRoleOf } from '../../../lib/database-variable.ts'
import { databaseUsersOf, databaseVariablesOf } from '../../variables/database-variables.ts'
import { grantsOf, roleOf } from './worker-role.ts'

/** Stands for DATABASE_URL where it is not set: the statements do not depend on it. */
const anyUrl = 'postgres://owner@127.0.0.1/gitlab_bridge'

/**
 * The SQL that makes the roles of the workers, for those who do not let `bridge setup` make them. It contains
 * no password. A role has the name that the URL of its worker says.
 */
export const databaseRolesSql = (env: Environment, workers = consumers): string => {
  const { DATABASE_URL: ownerUrl = anyUrl } = readVariables(databaseVariablesOf(workers), env)
  const owner = roleOf(ownerUrl)
  const roles = databaseUsersOf(workers, { ...env, DATABASE_URL: ownerUrl }).map((user) => ({
    user,
    role: roleOf(user.url) === owner ? databaseRoleOf(user.worker) : roleOf(user.url),
  }))
  return [
    '-- The roles of the workers in PostgreSQL. Each has only the rights that its worker needs.',
    '',
    '-- 1. An administrator runs this part once, before `bridge setup`.',
    ...roles.flatMap(({ user, role }) => [
      `create role ${pg.escapeIdentifier(role)} login;`,
      `-- Its password is that of ${user.variable}. In psql: \\password ${role}`,
    ]),
    '',
    '-- 2. `bridge setup` creates the tables and grants these rights with the role of DATABASE_URL.',
    ...roles.flatMap(({ user, role }) => grantsOf(user.database, role)),
    '',
  ].join('\n')
}
