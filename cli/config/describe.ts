import { z } from 'zod'
import { type Environment, isSecret, readVariables } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'
import { sections } from './sections.ts'

export interface ConfigurationRow {
  section: string
  variable: string
  /** As it takes effect; `***` for a secret that is set, null where nothing is. */
  value: string | null
  origin: 'environment' | 'file' | 'local stack' | 'default' | 'unset'
  fault?: string
}

/** @param env with what the local stack adds @param given the environment alone */
export const describeConfiguration = (env: Environment, given: Environment): ConfigurationRow[] =>
  sections.flatMap(({ name: section, variables }) =>
    Object.entries(variables.shape).map(([variable, schema]): ConfigurationRow => {
      const { value, fault } = read(variable, schema, env)
      const origin = originOf(variable, env, given, value)
      const text = origin === 'unset' ? null : isSecret(schema) ? '***' : String(value ?? env[variable])
      return { section, variable, value: text, origin, ...(fault !== undefined && { fault }) }
    }),
  )

const read = (variable: string, schema: z.ZodType, env: Environment): { value?: unknown; fault?: string } => {
  try {
    return { value: readVariables(z.object({ [variable]: schema }), env)[variable] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { fault: error.faults.map(({ problem }) => problem).join('; ') }
  }
}

const originOf = (variable: string, env: Environment, given: Environment, value: unknown): ConfigurationRow['origin'] => {
  if (given[variable]) return 'environment'
  if (given[`${variable}_FILE`]) return 'file'
  if (env[variable]) return 'local stack'
  return value === undefined || value === '' || (Array.isArray(value) && value.length === 0) ? 'unset' : 'default'
}
