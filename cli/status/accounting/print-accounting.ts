import { z } from 'zod'
import { databaseUrl, type Environment, readVariables, secret } from '../../../lib/config.ts'
import { createReadPool, type Pool } from '../../../lib/database.ts'
import { messageOf } from '../../../lib/errors.ts'
import { createKafkaClient, operatorTimeoutMs } from '../../clients.ts'
import { readAuditAccounts } from './audit-accounts.ts'
import { type Account, type AccountingCode, accountText, codeOf, inOrder } from './equation.ts'
import { readOutboxEquations } from './outbox-accounts.ts'
import { readProcessAccounts } from './process-accounts.ts'

const variables = z.object({
  DATABASE_URL: databaseUrl()
    .optional()
    .describe('URL of the database of the audit log and the outboxes.')
    .meta(secret),
})

export interface AccountingOptions {
  form: 'text' | 'json'
  /** Name of a process → URL of its metrics. */
  processes: Readonly<Record<string, string>>
  /** The workers with an outbox. */
  outboxWorkers: readonly string[]
  print(line: string): void
}

/**
 * Prints every equation: those that do not add up first, then what could not be compared.
 *
 * @returns the exit code
 * @throws ConfigError
 */
export const printAccounting = async (
  env: Environment,
  { form, processes, outboxWorkers, print }: AccountingOptions,
): Promise<AccountingCode> => {
  const accounts = [
    ...(await readProcessAccounts(processes)),
    ...(await readStoredAccounts(env, outboxWorkers)),
  ]
  if (!accounts.some((account) => 'residue' in account)) accounts.push(nothingCompared)
  for (const account of inOrder(accounts))
    print(form === 'json' ? JSON.stringify(account) : accountText(account))
  return codeOf(accounts)
}

/** Without this line, a command that was given wrong addresses would look as if all were well. */
const nothingCompared: Account = {
  equation: 'everything',
  notCompared: 'no numbers were found; name processes with --metrics, and the database in DATABASE_URL',
}

const readStoredAccounts = async (env: Environment, outboxWorkers: readonly string[]): Promise<Account[]> => {
  const { DATABASE_URL: url } = readVariables(variables, env)
  if (url === undefined)
    return [{ equation: 'audit log and outboxes', notCompared: 'DATABASE_URL is not set', isUnused: true }]
  const pool = createReadPool(url, 'gitlab-bridge.accounting', 1)
  const { kafka, names } = createKafkaClient(env, 'accounting', operatorTimeoutMs)
  try {
    const stored = [await compareIfExists(pool, 'audit_log', () => readAuditAccounts(pool, kafka, names))]
    for (const worker of outboxWorkers)
      stored.push(
        await compareIfExists(pool, worker.replaceAll('-', '_'), () => readOutboxEquations(pool, worker)),
      )
    return stored.flat()
  } finally {
    await pool.end()
  }
}

/** A worker that is not used has no schema, and there is nothing to compare. */
const compareIfExists = async (
  pool: Pool,
  schema: string,
  compare: () => Promise<Account[]>,
): Promise<Account[]> => {
  try {
    const { rows } = await pool.query('select to_regnamespace($1) is not null as exists', [schema])
    return rows[0]?.exists === true ? await compare() : []
  } catch (error) {
    return [{ equation: schema, notCompared: messageOf(error) }]
  }
}
