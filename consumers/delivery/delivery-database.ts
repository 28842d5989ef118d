import { schemaOf } from './outbox/schema-of.ts'

/** What a worker with an outbox keeps in the database, in the shape of `WorkerDatabase`. */
export const deliveryDatabase = (worker: string) => ({
  migrations: new URL('migrations/', import.meta.url),
  schema: schemaOf(worker),
  rights: outboxRights(worker),
})

const tables = ['destinations', 'lanes', 'messages', 'push_reports', 'states', 'positions']

/** What the role of a worker may do with its outbox. */
const outboxRights = (worker: string): string[] => [
  `usage on schema ${schemaOf(worker)}`,
  `select, insert, update, delete on ${tables.map((table) => `${schemaOf(worker)}.${table}`).join(', ')}`,
]
