import assert from 'node:assert/strict'
import type { Effect } from '../process/start-worker-process.ts'
import { sorted } from './sorted.ts'

/**
 * Nothing is missing, nothing is invented, and of each
 * project the first effects come in the order of the events.
 *
 * @param ids of the events, in the order they were published
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
