import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mentionedIn } from '../../../../consumers/reviewer-mentions/own-note.ts'
import { openMentionTest } from '../../../helpers/records/mention-harness.ts'
import type { Fault } from '../../../helpers/servers/gitlab-api/faults.ts'

/** Merge requests of one project, each with the path that it changes and whom its note must mention. */
const cases = [
  { iid: 73, path: 'lamps/red.ts', people: ['akovac', 'hsato', 'lberg'] },
  { iid: 74, path: 'README.md', people: ['hsato', 'lberg'] },
  { iid: 75, path: 'schema/one.sql', people: ['akovac', 'hsato', 'lberg'] },
]

const faults: readonly (Fault | 'killed')[] = [
  ...[{ kind: 'cut' as const }, { kind: 'stored_then_cut' as const }, { kind: 'hang' as const }],
  ...[500, 502, 429].map((status) => ({ kind: 'answer' as const, status, headers: { 'retry-after': '0' } })),
  'killed',
]

/** One attempt at a message: which merge request, and which fault its request with this number meets. */
const attempt = fc.record({
  which: fc.nat(cases.length - 1),
  fault: fc.option(fc.constantFrom(...faults), { nil: undefined, freq: 3 }),
  after: fc.nat(5),
})

/** No request is repeated by itself, so that each one that fails ends its attempt. */
const once = { attemptMs: 20_000, totalMs: 20_000, repetitions: 0 }

test('any order of duplicates and outages leaves one note, which mentions everybody once', async (t) => {
  const { double, place, send, seed } = await openMentionTest(t, {
    limits: { handler: once, background: once },
  })
  double.state.noteables.splice(0)
  for (const { iid, path } of cases)
    seed.noteable({
      ...{ kind: 'merge_requests', id: 5000 + iid, iid, project_id: 15, author_id: 9 },
      changed_paths: [{ old_path: path, new_path: path }],
    })

  const run = async (
    attempts: readonly { which: number; fault?: Fault | 'killed' | undefined; after: number }[],
  ) => {
    double.state.notes.splice(0)
    for (const { which, fault, after } of attempts) {
      const content = { ...place, iid: cases[which]?.iid, url: null }
      const ending = new AbortController()
      if (fault === 'killed') setTimeout(() => ending.abort(), after)
      else if (fault !== undefined) double.fail(fault, { after, path: /merge_requests|user/ })
      const isHang = fault !== undefined && fault !== 'killed' && fault.kind === 'hang'
      await send(content, isHang ? { timeout_seconds: 0.2 } : {}, ending.signal)
      double.stopFailing()
    }
    for (const { iid } of cases) while ((await send({ ...place, iid, url: null })).result !== 'sent');
  }
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { minLength: 1, maxLength: 8 }), async (attempts) => {
      await run(attempts)
      for (const { iid, people } of cases) {
        const notes = double.state.notes.filter(({ noteable_id }) => noteable_id === 5000 + iid)
        assert.deepEqual(
          notes.map(({ body }) => mentionedIn(body).sort()),
          [people],
        )
      }
    }),
    { numRuns: Number(process.env.BRIDGE_TEST_RUNS ?? 8) },
  )
  assert.deepEqual(double.misuses, [])
})
