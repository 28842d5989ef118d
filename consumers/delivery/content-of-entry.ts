import type { RecordOf } from '../../schemas/catalogue.ts'
import type { Entry } from './outbox/entry.ts'
import type { Routes } from './routes/read-routes.ts'
import type { MessageContent } from './send/read-back.ts'

/**
 * What a message holds, where its entry follows from the record alone; undefined if no route leads to its
 * destination any more.
 */
export const contentOfEntry =
  (entriesOf: (record: RecordOf, routes: Routes) => readonly Entry[]) =>
  (record: RecordOf, routes: Routes, destination: string): MessageContent | undefined => {
    const entry = entriesOf(record, routes).find((each) => each.destination === destination)
    return entry && { content: entry.content(undefined) }
  }
