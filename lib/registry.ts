import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import type { Type } from 'avsc'
import { z } from 'zod'
import { secret } from './config.ts'
import { messageOf, PermanentError, RetriableError } from './errors.ts'

export const registryVariables = z.object({
  SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/ })
    .refine(
      (url) => !URL.canParse(url) || new URL(url).username === '',
      'must not hold a user name or password: they have variables of their own',
    )
    .describe('Confluent-compatible schema registry, with its base path if it has one.'),
  SCHEMA_REGISTRY_USERNAME: z.string().optional().describe('User name at the registry.'),
  SCHEMA_REGISTRY_PASSWORD: z.string().optional().describe('Password at the registry.').meta(secret),
})
export type RegistrySettings = z.output<typeof registryVariables>

/** The registry's API as far as the bridge needs it. Called at start-up and on a cache miss, never per message. */
export interface Registry {
  /** Registers `schema` (Avro, as JSON text) under FULL_TRANSITIVE; the same schema again gives the same id. */
  register(subject: string, schema: string): Promise<number>
  /** The id under which exactly this schema stands in the subject. */
  idOf(subject: string, schema: string): Promise<number>
  /** The writer's type behind an id. */
  typeOf(id: number): Promise<Type>
}

const timeoutMs = 3000

/**
 * A client of the registry.
 * Its methods throw RetriableError when the registry does not answer, PermanentError when it says no.
 */
export const createRegistry = (settings: RegistrySettings, clientId: string): Registry => {
  const { SCHEMA_REGISTRY_URL: url, SCHEMA_REGISTRY_USERNAME: username, SCHEMA_REGISTRY_PASSWORD: password } = settings
  const client = new SchemaRegistry({
    host: url,
    clientId,
    ...(username !== undefined && { auth: { username, password: password ?? '' } }),
    // The client has no timeout of its own: a registry that accepts and never answers would hang us for ever.
    middlewares: [() => ({ prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }) })],
    retry: { retries: 0 },
  })
  const ask = async <T>(what: string, question: Promise<T>): Promise<T> => {
    try {
      return await question
    } catch (error) {
      throw failureOf(`schema registry: ${what}`, error)
    }
  }
  return {
    register: async (subject, schema) => {
      const { id } = await ask(
        `register ${subject}`,
        client.register({ type: SchemaType.AVRO, schema }, { subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE }),
      )
      return id
    },
    idOf: (subject, schema) => ask(`look up ${subject}`, client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema })),
    typeOf: async (id) => (await ask(`fetch schema ${id}`, client.getSchema(id))) as unknown as Type,
  }
}

/** An answer of the registry that says no; a timeout is reported by the client as status 400, so that one counts as silence. */
const refusals = new Set([401, 403, 404, 409, 422])

const failureOf = (what: string, error: unknown): Error => {
  const { status, name = '' } = error as { status?: unknown; name?: string }
  const message = `${what}: ${messageOf(error)}`
  // The client has errors of its own for some refusals, which hide the status.
  const isRefusal = typeof status === 'number' ? refusals.has(status) : name.startsWith('ConfluentSchemaRegistry')
  if (isRefusal) return new PermanentError(message, { cause: error })
  return new RetriableError(message, { cause: error })
}
