import type { Type } from 'avsc'
import { PermanentError } from '../errors.ts'

/** Turns a record into a message value in Confluent's wire format: `0x00`, schema id (4 bytes, big endian), Avro. */
export type Encode<T> = (record: T) => Buffer

const magicByte = 0
const headerBytes = 5

/** Largest buffer kept between two records; a bigger record gets one of its own. */
const keptBytes = 1024 * 1024

/** @throws Error with avsc's message when the record does not fit the schema */
export const createEncoder = <T>(type: Type, schemaId: number): Encode<T> => {
  let scratch = Buffer.allocUnsafe(16 * 1024)
  return (record) => {
    let buffer = scratch
    let end = type.encode(record, buffer, headerBytes)
    if (end < 0) {
      // A negative end says how many bytes were missing.
      buffer = Buffer.allocUnsafe(buffer.length - end)
      end = type.encode(record, buffer, headerBytes)
      if (buffer.length <= keptBytes) scratch = buffer
    }
    buffer[0] = magicByte
    buffer.writeInt32BE(schemaId, 1)
    return buffer === scratch ? Buffer.from(buffer.subarray(0, end)) : buffer.subarray(0, end)
  }
}

/** Turns a message value back into a record. */
export type Decode = (value: Buffer) => Promise<unknown>

/** @throws PermanentError when the value is not in Confluent's wire format */
export const schemaIdOf = (value: Buffer): number => {
  if (value.length <= headerBytes || value[0] !== magicByte)
    throw new PermanentError('value is not in Confluent wire format')
  return value.readInt32BE(1)
}

/**
 * A decoder that knows its schemas: one fetch per schema id, resolvers cached.
 * It throws PermanentError for a value that can never be decoded, RetriableError while the registry does not answer.
 *
 * @param typeOf the writer's type behind a schema id
 * @param readerOf the type the reader wants for a writer's type; the writer's own to see records as they were written
 */
export const createDecoder = (
  typeOf: (schemaId: number) => Promise<Type>,
  readerOf: (writer: Type) => Type,
): Decode => {
  const decoders = new Map<number, (value: Buffer) => unknown>()

  const compile = async (schemaId: number) => {
    const writer = await typeOf(schemaId)
    const reader = readerOf(writer)
    const resolver = reader === writer ? undefined : permanently(() => reader.createResolver(writer))
    return (value: Buffer) => reader.fromBuffer(value.subarray(headerBytes), resolver)
  }

  return async (value) => {
    const schemaId = schemaIdOf(value)
    let decode = decoders.get(schemaId)
    if (decode === undefined) {
      decode = await compile(schemaId)
      decoders.set(schemaId, decode)
    }
    return permanently(() => decode(value))
  }
}

const permanently = <T>(action: () => T): T => {
  try {
    return action()
  } catch (error) {
    throw new PermanentError(`cannot be decoded: ${(error as Error).message}`, { cause: error })
  }
}
