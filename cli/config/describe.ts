import { z } from 'zod'
import { type Environment, isSecret, readVariables } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'
import { jointFaults } from './joint-faults.ts'
import { sections } from './sections.ts'

export interface ConfigurationRow {
  section: string
  variable: string
  /** As it takes effect; `***` for a secret that is set. Null where nothing is, and where what is set cannot be read. */
  value: string | null
  origin: 'environment' | 'file' | 'local stack' | 'default' | 'unset'
  fault?: string
}

/** @param env with what the local stack adds @param given the environment alone */
export const describeConfiguration = (env: Environment, given: Environment): ConfigurationRow[] => {
  const joint = Map.groupBy(jointFaults(env), ({ variable }) => variable)
  return sections.flatMap(({ name: section, variables }) =>
    Object.entries(variables.shape).map(([variable, schema]): ConfigurationRow => {
      const { value, problems } = read(variable, schema, env)
      const faults =
        problems.length > 0 ? problems : (joint.get(variable) ?? []).map(({ problem }) => problem)
      const origin = originOf(variable, schema, env, given, value)
      const text = origin === 'unset' ? null : isSecret(schema) ? '***' : textOf(value)
      return {
        section,
        variable,
        value: text,
        origin,
        ...(faults.length > 0 && { fault: faults.join('; ') }),
      }
    }),
  )
}

const read = (
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

/** What is at fault is not shown: a password may stand where none belongs. Nor is the part of a URL that may hold one. */
const textOf = (value: unknown): string | null =>
  value === undefined ? null : String(value).replaceAll(/\/\/[^/\s]*@/g, '//***@')

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
  const { fallback: other } = schema.meta() ?? {}
  if (typeof other === 'string') return originOf(other, z.unknown(), env, given, value)
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
    ? 'unset'
    : 'default'
}
