import { createDecoder, type Decode } from '../../lib/avro/codec.ts'
import type { Registry } from '../../lib/avro/registry.ts'
import { catalogue, type EventType } from '../../schemas/catalogue.ts'
import { typeOfShape } from '../../schemas/load.ts'

/** Reads every record as this version knows its shape, whoever wrote it when. */
export const createEventDecoder = (
  events: readonly EventType[],
  registry: Pick<Registry, 'typeOf'>,
): Decode => {
  const readers = new Map(
    events.map((event) => typeOfShape(catalogue[event].schema)).map((type) => [type.name, type]),
  )
  return createDecoder(registry.typeOf, (writer) => readers.get(writer.name) ?? writer)
}
