import { z } from 'zod'
import { consumers } from '../../consumers/index.ts'
import { workers } from '../../consumers/workers.ts'
import { type Environment, isSecret, readVariables } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'
import { notSet } from '../../lib/settings-sentence.ts'
import { usedWorkersVariables } from '../variables/used-workers.ts'
import { jointFaults } from './joint-faults.ts'
import { sectionsOfProcess } from './process-sections.ts'
import { sections } from './sections.ts'

interface ConfigurationRow {
  section: string
  variable: string
  /**
   * The effective value; `***` for a secret that is set; null if there is no value, or if the value is not
   * valid.
   */
  value: string | null
  origin: 'environment' | 'file' | 'local stack' | 'default' | 'unset'
  fault?: string
}

/**
 * Every variable with its effective value and its faults. It contains no secrets.
 *
 * @param env the environment with what the local stack supplies
 * @param given the environment of the user alone
 * @param process only the variables that this process reads
 * @throws UsageError if there is no such process
 */
export const describeConfiguration = (
  env: Environment,
  given: Environment,
  process?: string,
): ConfigurationRow[] => {
  const joint = Map.groupBy(jointFaults(env), ({ variable }) => variable)
  const optional = process === undefined ? workersNotNamed(env) : new Set()
  const names = process === undefined ? undefined : sectionsOfProcess(process)
  const shown = sections.filter(({ name }) => names === undefined || names.includes(name))
  return shown.flatMap(({ name: section, variables }) =>
    Object.entries(variables.shape).map(([variable, schema]): ConfigurationRow => {
      const { value, problems: found } = readOne(variable, schema, env)
      // A worker that nobody has named just does not run while a setting is missing.
      const problems = optional.has(section) ? found.filter((problem) => problem !== notSet) : found
      const jointProblems = (joint.get(variable) ?? []).map(({ problem }) => problem)
      const faults = problems.length > 0 ? problems : jointProblems
      const origin = originOf(variable, schema, env, given, value)
      const row = { section, variable, value: shownValue(schema, origin, value), origin }
      return faults.length === 0 ? row : { ...row, fault: faults.join('; ') }
    }),
  )
}

/** The workers that BRIDGE_WORKERS does not name. */
const workersNotNamed = (env: Environment): ReadonlySet<string> => {
  const named = readOne('BRIDGE_WORKERS', usedWorkersVariables(consumers).shape.BRIDGE_WORKERS, env).value
  const names = Array.isArray(named) ? named : []
  return new Set(workers.map(({ name }) => name).filter((name) => !names.includes(name)))
}

const readOne = (
  variable: string,
  schema: z.ZodType,
  env: Environment,
): { value?: unknown; problems: string[] } => {
  try {
    return { value: readVariables(z.object({ [variable]: schema }), env)[variable], problems: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { problems: error.faults.map(({ problem }) => problem) }
  }
}

/**
 * A value that is not valid is undefined here and is not shown, because it may be a password in the wrong
 * variable. The user and password of a URL are not shown either.
 */
const shownValue = (schema: z.ZodType, origin: ConfigurationRow['origin'], value: unknown): string | null => {
  if (origin === 'unset') return null
  if (isSecret(schema)) return '***'
  return value === undefined ? null : String(value).replaceAll(/\/\/[^/\s]*@/g, '//***@')
}

const originOf = (
  variable: string,
  schema: z.ZodType,
  env: Environment,
  given: Environment,
  value: unknown,
): ConfigurationRow['origin'] => {
  if (given[variable]) return 'environment'
  if (given[`${variable}_FILE`]) return 'file'
  if (env[variable]) return 'local stack'
  const { fallback } = schema.meta() ?? {}
  if (typeof fallback === 'string') return originOf(fallback, z.unknown(), env, given, value)
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    ? 'unset'
    : 'default'
}

export const rowText = ({ section, variable, value, origin, fault }: ConfigurationRow): string => {
  const note = fault === undefined ? origin : `FAULT: ${fault}`
  return `${section.padEnd(16)} ${variable.padEnd(38)} ${value ?? '-'}  (${note})`
}
