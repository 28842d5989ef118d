import { readDestinations } from '../../consumers/delivery/outbox/destination-state.ts'
import { readSizes } from '../../consumers/delivery/outbox/sizes.ts'
import type { Environment } from '../../lib/config.ts'
import { visibleText } from '../output/visible-text.ts'
import { isSetUp, outboxWorkers, withDatabase } from './open-outbox.ts'

export interface OutboxRow {
  worker: string
  destination: string
  /** `failing`: it is tried again after some time. */
  state: 'active' | 'failing' | 'paused' | 'restored'
  waiting: number
  dead: number
  bytes: number
  /** Of the oldest message that waits, in seconds. */
  age_seconds: number
  last_failure: string | null
}

/** Every destination that ever had a message, of the workers that this database was set up for. */
export const listOutboxes = (env: Environment): Promise<OutboxRow[]> =>
  withDatabase(env, async (storeOf) => {
    const rows: OutboxRow[] = []
    for (const { worker, schema } of outboxWorkers) {
      if (!(await isSetUp(storeOf(schema)))) continue
      const failures = new Map(
        (await readDestinations(storeOf(schema))).map((each) => [each.destination, each.lastFailure]),
      )
      for (const { destination, state, failing, ...size } of await readSizes(storeOf(schema)))
        rows.push({
          ...{ worker, destination, state: state === 'active' && failing ? 'failing' : state },
          ...{ waiting: Number(size.waiting), dead: Number(size.dead), bytes: Number(size.bytes) },
          ...{ age_seconds: Math.max(0, Math.round(Number(size.age))) },
          last_failure: failures.get(destination) ?? null,
        })
    }
    return rows
  })

export const outboxText = (row: OutboxRow): string => {
  const last = row.last_failure === null ? '' : `; last failure: ${visibleText(row.last_failure)}`
  const age = row.waiting === 0 ? '' : ` (the oldest for ${row.age_seconds} s)`
  const counts = `${row.waiting} waiting${age}, ${row.dead} dead letters`
  return `${row.worker} → ${row.destination}: ${row.state}, ${counts}${last}`
}
