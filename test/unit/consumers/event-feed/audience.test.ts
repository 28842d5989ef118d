import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { FeedFacets } from '../../../../consumers/event-feed/log/item.ts'
import { createAudience } from '../../../../consumers/event-feed/stream/audience.ts'

const facetsOf = (project: string) => ({ project, projectId: null, group: null }) as unknown as FeedFacets

type Step = { do: 'join'; projects: string[] | undefined } | { do: 'leave'; nth: number } | { do: 'ask' }
const project = fc.constantFrom('a', 'b', 'c', 'd')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('join' as const), projects: fc.option(fc.array(project), { nil: undefined }) }),
  fc.record({ do: fc.constant('leave' as const), nth: fc.nat(10) }),
  fc.record({ do: fc.constant('ask' as const) }),
)

test('an item finds exactly those who watch its place, whoever came and went before', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const audience = createAudience<object>()
      const members = new Map<object, string[] | undefined>()
      for (const each of [...steps, { do: 'ask' as const }]) {
        if (each.do === 'join') {
          const [member, { projects }] = [{}, each]
          members.set(member, projects)
          audience.add(member, projects && (({ project: path }) => projects.includes(path ?? '')))
        } else if (each.do === 'leave') {
          const member = [...members.keys()][each.nth]
          if (member === undefined) continue
          members.delete(member)
          audience.remove(member)
        } else
          for (const path of ['a', 'b', 'c', 'd']) {
            const wanted = [...members].filter(([, projects]) => projects?.includes(path) ?? true)
            const found = audience.of({ facets: facetsOf(path) })
            assert.equal(found.length, new Set(found).size, 'nobody twice')
            assert.deepEqual(new Set(found), new Set(wanted.map(([member]) => member)))
          }
        assert.equal(audience.size(), members.size)
      }
      const unfiltered = [...members].filter(([, projects]) => projects === undefined)
      assert.equal(audience.of({ facets: undefined }).length, unfiltered.length)
    }),
  )
})

test('a watcher is asked once for each place, also among ten thousand places', () => {
  const audience = createAudience<string>()
  let asked = 0
  audience.add('one', () => {
    asked += 1
    return true
  })
  for (let round = 0; round < 3; round += 1)
    for (let place = 0; place < 100; place += 1)
      assert.deepEqual(audience.of({ facets: facetsOf(`${place}`) }), ['one'])
  assert.equal(asked, 100)
  for (let place = 0; place < 25_000; place += 1) audience.of({ facets: facetsOf(`more ${place}`) })
  assert.deepEqual(audience.of({ facets: facetsOf('1') }), ['one'])
})
