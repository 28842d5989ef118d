import { COMPATIBILITY, SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry'
import type { Type } from 'avsc'
import { z } from 'zod'
import { secret } from '../config.ts'
import { messageOf, PermanentError, RetriableError } from '../errors.ts'

export const registryVariables = z.object({
  SCHEMA_REGISTRY_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL that begins with http: or https:' })
    .refine(
      (url) => !URL.canParse(url) || new URL(url).username + new URL(url).password === '',
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
 * For `typeOf` that is only where there is no such schema, or none that can be read, for `idOf` where it does not know the schema.
 */
export const createRegistry = (settings: RegistrySettings, clientId: string): Registry => {
  const {
    SCHEMA_REGISTRY_URL: url,
    SCHEMA_REGISTRY_USERNAME: username,
    SCHEMA_REGISTRY_PASSWORD: password,
  } = settings
  const client = new SchemaRegistry({
    host: url,
    clientId,
    ...(username !== undefined && { auth: { username, password: password ?? '' } }),
    // The client has no timeout of its own: a registry that accepts and never answers would hang us for ever.
    middlewares: [() => ({ prepareRequest: async (next) => (await next()).enhance({ timeout: timeoutMs }) })],
    retry: { retries: 0 },
  })
  const ask = async <T>(
    what: string,
    question: Promise<T>,
    isRefused: (error: unknown) => unknown = isRefusal,
  ): Promise<T> => {
    try {
      return await question
    } catch (error) {
      const Failure = (await isRefused(error)) ? PermanentError : RetriableError
      throw new Failure(`schema registry: ${what}: ${messageOf(error)}`, { cause: error })
    }
  }
  // The client's error keeps the status alone, and 404 is what any server says at a path that it does not have.
  const errorCodeOf = async (path: string, question: RequestInit = {}): Promise<unknown> => {
    const authorization = `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`
    const headers = { 'content-type': 'application/json', ...(username !== undefined && { authorization }) }
    const answer = await fetch(`${url.replace(/\/$/, '')}${path}`, {
      ...question,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
    })
      .then((response) => response.json() as Promise<{ error_code?: unknown } | null>)
      .catch(() => undefined)
    return answer?.error_code
  }
  return {
    register: async (subject, schema) => {
      const { id } = await ask(
        `register ${subject}`,
        client.register(
          { type: SchemaType.AVRO, schema },
          { subject, compatibility: COMPATIBILITY.FULL_TRANSITIVE },
        ),
      )
      return id
    },
    idOf: async (subject, schema) => {
      const look = client.getRegistryIdBySchema(subject, { type: SchemaType.AVRO, schema })
      const question = { method: 'POST', body: JSON.stringify({ schema }) }
      // Of an answer that is 404 the client does not even keep the status.
      const id = await ask(`look up ${subject}`, look, async (error) =>
        isAnswer(error)
          ? error.status === 422
          : isMissing(await errorCodeOf(`/subjects/${encodeURIComponent(subject)}`, question)),
      )
      if (!Number.isInteger(id))
        throw new RetriableError(`schema registry: look up ${subject}: the answer is not one of a registry`)
      return id
    },
    // A password that was changed or an address of another server is no fault of the record.
    typeOf: async (id) =>
      (await ask(`fetch schema ${id}`, client.getSchema(id), (error) =>
        isAnswer(error)
          ? error.status === 404 && errorCodeOf(`/schemas/ids/${id}`).then((code) => code === noSuchSchema)
          : isRefusal(error),
      )) as unknown as Type,
  }
}

/** Confluent's error code for an id without a schema. */
const noSuchSchema = 40403

/** For a subject, a version or a schema that it does not know a registry has codes of 404 and two digits. */
const isMissing = (code: unknown): boolean => Number(code) >= 40400 && Number(code) < 40500

/** An answer of the registry that says no; a timeout is reported by the client as status 400, so that one counts as silence. */
const refusals = new Set([401, 403, 404, 409, 422])

const isAnswer = (error: unknown): error is { status: number } =>
  typeof (error as { status?: unknown }).status === 'number'

// The client has errors of its own for some refusals, which hide the status.
const isRefusal = (error: unknown): boolean =>
  isAnswer(error)
    ? refusals.has(error.status)
    : String((error as Error).name).startsWith('ConfluentSchemaRegistry')
