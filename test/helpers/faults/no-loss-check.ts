import assert from 'node:assert/strict'
import type { PostedHook } from '../records/post-hook.ts'
import type { FoundRecord } from '../records/read-independently.ts'

/** How many hooks a scenario sent, and what became of them. */
export interface HookCounts {
  posted: number
  /** Answered with 2xx. */
  answered: number
  spooled: number
  refused: number
  onTopic: number
  duplicates: number
  slowestMs: number
}

/**
 * Asserts three promises: every hook that was answered with 2xx is on its topic; no hook that was turned
 * away is on a topic; and every answer came in time.
 *
 * @param posted all hooks of the scenario. Other hooks may lie on the same topics.
 * @param limitMs the longest time an answer may take
 */
export const assertNoLoss = async (
  { read }: { read(topics: readonly string[]): Promise<FoundRecord[]> },
  posted: readonly PostedHook[],
  limitMs = 5000,
): Promise<HookCounts> => {
  const kept = posted.filter(({ status = 0 }) => status >= 200 && status < 300)
  assert.ok(kept.length > 0, 'no hook was answered with 2xx')
  const found = await read([...new Set(kept.flatMap(({ topic }) => topic ?? []))])
  const byMarker = Map.groupBy(found, ({ marker }) => marker)

  const lost = kept.filter(({ id, topic }) => !byMarker.get(id)?.some((record) => record.topic === topic))
  assert.deepEqual(lost, [], `${lost.length} of ${kept.length} hooks answered with 2xx are lost`)
  for (const { marker, id, deliveryId } of found)
    assert.deepEqual([id, deliveryId], [marker, marker], 'delivery.id is the id that was sent')
  assertTurnedAwayHooksAreAbsent(posted, kept, byMarker)

  const ids = new Set(posted.map(({ id }) => id))
  const ours = found.filter(({ marker }) => ids.has(marker))
  const onTopic = new Set(ours.map(({ marker }) => marker))
  if (posted.length === kept.length) assert.deepEqual(onTopic, ids)
  return {
    posted: posted.length,
    answered: kept.length,
    spooled: kept.filter(({ status }) => status === 202).length,
    refused: posted.length - kept.length,
    onTopic: onTopic.size,
    duplicates: ours.length - onTopic.size,
    slowestMs: assertAnsweredInTime(posted, limitMs),
  }
}

/**
 * A hook without an answer, or with a 503, may have been kept: its sender cannot know. Any other refusal is
 * final.
 */
const assertTurnedAwayHooksAreAbsent = (
  posted: readonly PostedHook[],
  kept: readonly PostedHook[],
  byMarker: ReadonlyMap<string, readonly FoundRecord[]>,
) => {
  const keptIds = new Set(kept.map(({ id }) => id))
  const published = posted.filter(
    ({ id, status }) => status !== undefined && status !== 503 && !keptIds.has(id) && byMarker.has(id),
  )
  assert.deepEqual(published, [], 'hooks that were turned away are on a topic')
}

/** @returns how long the slowest answer took, in milliseconds */
const assertAnsweredInTime = (posted: readonly PostedHook[], limitMs: number): number => {
  const answered = posted.filter(({ status }) => status !== undefined)
  const slowest = answered.toSorted((a, b) => b.tookMs - a.tookMs)[0]
  const slowestMs = Math.round(slowest?.tookMs ?? 0)
  assert.ok(slowestMs < limitMs, `an answer took ${slowestMs} ms: ${JSON.stringify(slowest)}`)
  return slowestMs
}

/** One line for the diagnostics of a test. */
export const describeCounts = (name: string, counts: HookCounts): string =>
  `${name}: ${Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')}`
