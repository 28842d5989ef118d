import { hash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createEncoder, type Encode } from '../../lib/avro/codec.ts'
import type { Registry } from '../../lib/avro/registry.ts'
import { writeAtomically } from '../../lib/disk/write-atomically.ts'
import { PermanentError, RetriableError, UsageError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { catalogue, eventTypes } from '../../schemas/catalogue.ts'
import { typeOfShape, wireSchema } from '../../schemas/load.ts'
import type { Names } from '../../schemas/topics.ts'
import type { Encoders } from './encode.ts'

export interface KnownEncoders {
  encoders: Encoders
  from: 'registry' | 'disk'
}

/** Subject and digest of the schema → id. An id means this schema for ever, so old knowledge is good knowledge. */
type SchemaIds = Record<string, number>

/**
 * An encoder for every event. The registry says the ids; where it does not, those it said before are taken from disk.
 *
 * @throws RetriableError where nobody knows them yet, UsageError where the registry does not know our schemas: it is another one,
 *   or has lost them, and what we published by old ids nobody could read
 */
export const readEncoders = async (
  registry: Registry,
  names: Names,
  memory: string,
  logger: Logger,
): Promise<KnownEncoders> => {
  const schemas = eventTypes.map((event) => {
    const { schema } = catalogue[event]
    const text = wireSchema(schema)
    const subject = names.subject(names.topic(event))
    return { event, schema, text, subject, name: `${subject} ${hash('sha256', text)}` }
  })
  const fromRegistry = async (): Promise<SchemaIds> => {
    // One after the other: a registry that is just starting is overrun by fifty questions at once.
    const ids: Record<string, number> = {}
    for (const { name, subject, text } of schemas) ids[name] = await registry.idOf(subject, text)
    return ids
  }
  const encodersBy = (ids: SchemaIds): Encoders =>
    Object.fromEntries(
      schemas.map(({ event, schema, name }) => [event, createLazyEncoder(schema, ids[name] ?? 0)]),
    ) as unknown as Encoders

  try {
    const ids = await fromRegistry()
    const before = await recall(memory)
    const changed = schemas
      .filter(({ name }) => before[name] !== undefined && before[name] !== ids[name])
      .map(({ subject }) => subject)
    if (changed.length > 0)
      logger.error(
        'the registry is another one, or was made anew: what was published by its old ids, nobody can read',
        {
          subjects: changed,
        },
      )
    // On a full disk the next start needs the registry; that is no reason not to publish now, which is what makes room.
    await remember(memory, ids).catch(() => undefined)
    return { encoders: encodersBy(ids), from: 'registry' }
  } catch (error) {
    if (error instanceof PermanentError)
      throw new UsageError(`${error.message}: run \`bridge setup\` first`, { cause: error })
    const ids = await recall(memory)
    if (!(error instanceof RetriableError) || !schemas.every(({ name }) => name in ids)) throw error
    logger.warn('the registry does not say the schema ids; those it said before are used', {
      error: error.message,
    })
    return { encoders: encodersBy(ids), from: 'disk' }
  }
}

/** Its type is compiled with the first record: most instances send a few of the many events. */
const createLazyEncoder = (shape: string, schemaId: number): Encode<unknown> => {
  let encode: Encode<unknown> | undefined
  return (record) => {
    encode ??= createEncoder(typeOfShape(shape), schemaId)
    return encode(record)
  }
}

const remember = async (memory: string, ids: SchemaIds) => {
  await mkdir(dirname(memory), { recursive: true })
  await writeAtomically(memory, JSON.stringify(ids))
}

const recall = async (memory: string): Promise<SchemaIds> => {
  try {
    return (JSON.parse(await readFile(memory, 'utf8')) as SchemaIds | null) ?? {}
  } catch {
    return {}
  }
}
