import { z } from 'zod'
import type { Consumer, PlannedEffect } from '../../consumers/consumer.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import { ConfigError } from '../../lib/errors.ts'
import type { RecordOf } from '../../schemas/catalogue.ts'

/**
 * What the worker would do with a record. It gets those of its variables that are set and valid.
 *
 * @throws the errors that handling would throw because of the record itself
 */
export const plannedEffects = async (
  consumer: Consumer,
  record: RecordOf,
  env: Environment,
): Promise<readonly PlannedEffect[]> => consumer.dryRun(record, validSettings(consumer.variables, env))

const validSettings = (
  { shape }: Consumer['variables'],
  env: Environment,
): Readonly<Record<string, unknown>> => {
  const entries = Object.entries(shape).flatMap(([variable, schema]) => {
    try {
      return [[variable, readVariables(z.object({ [variable]: schema }), env)[variable]] as const]
    } catch (error) {
      if (error instanceof ConfigError) return []
      throw error
    }
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** The effect in one line, without its content. */
export const effectText = (effect: PlannedEffect): string => {
  switch (effect.would) {
    case 'write':
      return `would write to ${effect.to}`
    case 'send':
      return `would send to ${effect.to}`
    case 'skip':
      return `would skip it: ${effect.because}`
  }
}
