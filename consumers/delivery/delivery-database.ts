import { outboxRights, schemaOf } from './outbox/store.ts'

/** What a worker with an outbox keeps in the database, in the shape of `WorkerDatabase`. */
export const deliveryDatabase = (worker: string) => ({
  migrations: new URL('migrations/', import.meta.url),
  schema: schemaOf(worker),
  rights: outboxRights(worker),
})
