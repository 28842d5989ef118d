import type { Type } from 'avsc'
import { catalogue, type EventType } from './catalogue.ts'
import { recordNameOf, typeOfShape } from './load.ts'

/**
 * Selects the type with which this version reads a record of these events, whichever version wrote it. A
 * type is compiled when it is first needed: those of all events take a third of a second of CPU.
 *
 * @returns a function from a writer's type to the reader's type, or to the writer's type itself if no event
 *   has a record of its name
 */
export const createReaderOf = (events: readonly EventType[]): ((writer: Type) => Type) => {
  const shapes = new Map(
    events.map((event) => catalogue[event].schema).map((shape) => [recordNameOf(shape), shape]),
  )
  return (writer) => {
    const shape = shapes.get(writer.name ?? '')
    return shape === undefined ? writer : typeOfShape(shape)
  }
}
