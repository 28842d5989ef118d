import { hash } from 'node:crypto'
import { createEncoder, type Encode } from '../../lib/avro/codec.ts'
import type { Registry } from '../../lib/avro/registry.ts'
import { PermanentError, RetriableError, UsageError } from '../../lib/errors.ts'
import type { Logger } from '../../lib/logger.ts'
import { catalogue, type EventType, eventTypes } from '../../schemas/catalogue.ts'
import { typeOfShape, wireSchema } from '../../schemas/load.ts'
import type { Names } from '../../schemas/topics.ts'
import type { Encoders } from './encode.ts'
import { readSchemaIds, type SchemaIds, writeSchemaIds } from './schema-ids-file.ts'

/** The schema id of each event. */
export type IdOfEvent = Record<EventType, number>

export interface KnownEncoders {
  encoders: Encoders
  /** The ids that these encoders use. Another thread needs them to make its own encoders. */
  ids: IdOfEvent
  /** Where their schema ids come from. */
  from: 'registry' | 'disk'
}

/**
 * Creates an encoder for every event. The registry gives the schema ids; if it does not answer, the ids that
 * it gave before are read from disk.
 *
 * @param idsFile remembers the ids
 * @throws RetriableError if the registry does not answer and the ids are not on disk
 * @throws UsageError if the registry does not know our schemas. It is another one or has lost them, and
 *   nobody could read records with the old ids.
 */
export const readEncoders = async (
  registry: Registry,
  names: Names,
  idsFile: string,
  logger: Logger,
): Promise<KnownEncoders> => {
  const schemas = schemasOf(names)
  try {
    const ids = await requestIds(registry, schemas)
    const changed = await changedSubjects(idsFile, schemas, ids)
    if (changed.length > 0)
      logger.error(
        'the schema registry was replaced or made anew: records with its old schema ids cannot be read',
        { subjects: changed },
      )
    // If the disk is full, only the next start is affected: it will need the registry. To publish is more
    // important now, since that empties the spool.
    await writeSchemaIds(idsFile, ids).catch(() => undefined)
    return { ...createKnown(schemas, ids), from: 'registry' }
  } catch (error) {
    if (error instanceof PermanentError)
      throw new UsageError(`${error.message}: run \`bridge setup\` first`, { cause: error })
    const ids = await readSchemaIds(idsFile)
    if (!(error instanceof RetriableError) || !schemas.every(({ name }) => name in ids)) throw error
    logger.warn('the schema registry does not answer, so the schema ids on disk are used', {
      error: error.message,
    })
    return { ...createKnown(schemas, ids), from: 'disk' }
  }
}

interface EventSchema {
  event: EventType
  text: string
  subject: string
  /** Names this version of the schema: an id of another version must not be used for it. */
  name: string
}

const schemasOf = (names: Names): EventSchema[] =>
  eventTypes.map((event) => {
    const text = wireSchema(catalogue[event].schema)
    const subject = names.subject(names.topic(event))
    return { event, text, subject, name: `${subject} ${hash('sha256', text)}` }
  })

/** One request after the other: fifty at once are too many for a registry that has just started. */
const requestIds = async (registry: Registry, schemas: readonly EventSchema[]): Promise<SchemaIds> => {
  const ids: Record<string, number> = {}
  for (const { name, subject, text } of schemas) ids[name] = await registry.idOf(subject, text)
  return ids
}

const changedSubjects = async (
  idsFile: string,
  schemas: readonly EventSchema[],
  ids: SchemaIds,
): Promise<string[]> => {
  const before = await readSchemaIds(idsFile)
  return schemas
    .filter(({ name }) => before[name] !== undefined && before[name] !== ids[name])
    .map(({ subject }) => subject)
}

const createKnown = (schemas: readonly EventSchema[], ids: SchemaIds): Omit<KnownEncoders, 'from'> => {
  const idOfEvent = Object.fromEntries(schemas.map(({ event, name }) => [event, ids[name] ?? 0])) as IdOfEvent
  return { encoders: createEncoders(idOfEvent), ids: idOfEvent }
}

export const createEncoders = (ids: IdOfEvent): Encoders =>
  Object.fromEntries(
    eventTypes.map((event) => [event, createLazyEncoder(catalogue[event].schema, ids[event])]),
  ) as unknown as Encoders

/** Compiles the type with the first record: most GitLabs send only some of the events. */
const createLazyEncoder = (shape: string, schemaId: number): Encode<unknown> => {
  let encode: Encode<unknown> | undefined
  return (record) => {
    encode ??= createEncoder(typeOfShape(shape), schemaId)
    return encode(record)
  }
}
