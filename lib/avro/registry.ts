import { Agent } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import type { Type } from 'avsc'
import { ConfigError, messageOf, PermanentError, RetriableError } from '../errors.ts'
import { trustAlso } from '../trust-also.ts'
import { createCallRegistry, isNotFound, readErrorCode, schemaNotFound } from './call-registry.ts'
import { completeRegistration } from './half-registered.ts'
import { type RegistryAccess, type RegistrySettings, readRegistryAccess } from './registry-settings.ts'

export { type RegistrySettings, readRegistryAccess, registryVariables } from './registry-settings.ts'

/**
 * The part of the registry's API that the bridge needs. It is called at start-up and for schemas that are not
 * in the cache, never for each message. Every method throws RetriableError while the registry does not
 * answer.
 */
export interface Registry {
  /**
   * Registers `schema` (Avro, as JSON text) under FULL_TRANSITIVE. The same schema always gets the same id.
   *
   * @throws PermanentError if the registry refuses the schema or the credentials
   */
  register(subject: string, schema: string): Promise<number>
  /**
   * The id of exactly this schema in the subject.
   *
   * @throws PermanentError if the registry does not know the schema
   */
  idOf(subject: string, schema: string): Promise<number>
  /**
   * The writer's type of an id.
   *
   * @throws PermanentError if there is no such schema, or if it cannot be read
   */
  typeOf(id: number): Promise<Type>
}

const timeoutMs = 3000

/** @throws ConfigError if the variables contradict each other, or if a file cannot be read */
export const createRegistry = (settings: RegistrySettings, clientId: string): Registry => {
  const access = readRegistryAccess(settings)
  const client = createClient(settings, access, clientId)
  const callRegistry = createCallRegistry(settings, access, timeoutMs)
  const call = createCall(access)
  return {
    register: async (subject, schema) => {
      const registration = () =>
        client.register(
          { type: SchemaType.AVRO, schema },
          { subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE },
        )
      const action = `register ${subject}`
      const complete = () =>
        completeRegistration(callRegistry, subject, schema, COMPATIBILITY.FULL_TRANSITIVE).catch(() => false)
      const registering = () =>
        afterConflicts(registration).catch(async (error: unknown) => {
          if (isConflict(error) && (await complete())) return await registration()
          throw error
        })
      const { id } = await call(action, registering, isFinalForSetup)
      return demandSchemaId(id, action)
    },
    idOf: async (subject, schema) => {
      const action = `look up ${subject}`
      const lookUp = () => client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema })
      const id = await call(action, lookUp, async (error) => {
        // For an answer with status 404, the client throws an error without a status.
        if (hasStatus(error)) return error.status === 422
        const path = `/subjects/${encodeURIComponent(subject)}`
        return isNotFound(
          await readErrorCode(callRegistry, path, { method: 'POST', body: JSON.stringify({ schema }) }),
        )
      })
      return demandSchemaId(id, action)
    },
    typeOf: async (id) => {
      const type = await call(
        `return schema ${id}`,
        () => client.getSchema(id),
        async (error) => {
          if (!hasStatus(error)) return isRefusal(error)
          // Changed credentials, or another server at the address, are not the fault of the record.
          return (
            error.status === 404 &&
            (await readErrorCode(callRegistry, `/schemas/ids/${id}`)) === schemaNotFound
          )
        },
      )
      return type as unknown as Type
    },
  }
}

const createClient = (
  { SCHEMA_REGISTRY_URL: host }: RegistrySettings,
  { ca, authorization }: RegistryAccess,
  clientId: string,
): SchemaRegistry =>
  new SchemaRegistry({
    host,
    clientId,
    // Without an authority of its own, a registry is called with the defaults of Node.
    ...(ca !== undefined && host.startsWith('https:') && { agent: new Agent(trustAlso(ca)) }),
    // The client has no time limit of its own and would wait endlessly for a registry that never answers.
    middlewares: [
      () => ({
        prepareRequest: async (next) => {
          const [request, credentials] = await Promise.all([next(), authorization()])
          const headers = credentials === undefined ? {} : { headers: { authorization: credentials } }
          return request.enhance({ timeout: timeoutMs, ...headers })
        },
      }),
    ],
    retry: { retries: 0 },
  })

const conflictAttempts = 6

/**
 * Repeats a request that conflicts with the state of the subject. Another setup that runs at the same time
 * may have created the subject a moment ago, and may be about to set its compatibility. An incompatible
 * schema is refused again.
 */
const afterConflicts = async <T>(request: () => Promise<T>): Promise<T> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request()
    } catch (error) {
      if (!isConflict(error) || attempt === conflictAttempts) throw error
      await sleep(50 * attempt + Math.random() * 50)
    }
  }
}

const isConflict = (error: unknown): boolean =>
  hasStatus(error)
    ? error.status === 409
    : (error as Error).name === 'ConfluentSchemaRegistryCompatibilityError'

/** Sends a request. An error becomes a PermanentError if it is a refusal, else a RetriableError. */
const createCall =
  ({ variables, authorization }: RegistryAccess) =>
  async <T>(
    action: string,
    request: () => Promise<T>,
    isRefused: (error: unknown) => boolean | Promise<boolean>,
  ): Promise<T> => {
    try {
      // The client would hide an error of this behind one of its own. The token is then used by the request.
      await authorization()
      return await request()
    } catch (error) {
      const Failure = (await isRefused(error)) ? PermanentError : RetriableError
      const hint = hintFor(error, variables)
      throw new Failure(`the schema registry could not ${action}: ${messageOf(error)}${hint}`, {
        cause: error,
      })
    }
  }

/** Names the variable to change, where the error says which. */
const hintFor = (error: unknown, variables: string): string => {
  if (hasStatus(error) && [401, 403].includes(error.status)) return `. Check ${variables}`
  if (error instanceof ConfigError || !tlsProblem.test(messageOf(error))) return ''
  return '. Check SCHEMA_REGISTRY_URL; SCHEMA_REGISTRY_CA_FILE names the file of a private authority'
}

const hasStatus = (error: unknown): error is { status: number } =>
  typeof (error as { status?: unknown }).status === 'number'

// The client reports errors of TLS only by their message.
const tlsProblem = /certificate|wrong version number|packet length too long/i

/** Setup ends at once where a certificate or a setting is not valid, because that will not pass. */
const isFinalForSetup = (error: unknown): boolean =>
  isRefusal(error) || error instanceof ConfigError || tlsProblem.test(messageOf(error))

// Status 400 is missing here, because the client also reports a timeout as 400.
const refusals = new Set([401, 403, 404, 409, 422])

// For some refusals the client throws errors of its own, without the status.
const isRefusal = (error: unknown): boolean =>
  hasStatus(error)
    ? refusals.has(error.status)
    : String((error as Error).name).startsWith('ConfluentSchemaRegistry')

/**
 * Every record begins with the id of its schema in four bytes. A larger id cannot be written there, so an
 * answer with one comes from something that is not a schema registry, or from a broken one.
 *
 * @throws RetriableError if the answer holds no such id
 */
const demandSchemaId = (id: unknown, action: string): number => {
  if (isSchemaId(id)) return id
  throw new RetriableError(
    `the schema registry could not ${action}: the answer holds no id from 0 to ${maxSchemaId}`,
  )
}

const maxSchemaId = 2 ** 31 - 1

/** Whether a value can be the id of a schema. */
export const isSchemaId = (id: unknown): id is number =>
  typeof id === 'number' && Number.isInteger(id) && id >= 0 && id <= maxSchemaId
