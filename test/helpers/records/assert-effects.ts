import assert from 'node:assert/strict'
import type { Effect } from '../process/start-worker-process.ts'
import { sorted } from './sorted.ts'

/**
 * Asserts that every event has an effect, that no other effects exist, and that the first effects of each
 * project are in the order of its events.
 *
 * @param ids the delivery ids of the events, in the order in which they were published
 */
export const assertEffects = (found: readonly Effect[], ids: readonly string[]): void => {
  assert.deepEqual(sorted(new Set(found.map(({ id }) => id))), sorted(ids))
  const place = new Map(ids.map((id, index) => [id, index]))
  const seen = new Set<string>()
  const last = new Map<number, number>()
  for (const { id, project } of found) {
    if (seen.has(id)) continue
    seen.add(id)
    const index = place.get(id) ?? -1
    assert.ok(index > (last.get(project) ?? -1), `${id} of project ${project} came too late`)
    last.set(project, index)
  }
}
