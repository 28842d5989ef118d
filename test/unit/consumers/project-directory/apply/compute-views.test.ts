import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyObservations } from '../../../../../consumers/project-directory/apply/apply.ts'
import type { Observation } from '../../../../../consumers/project-directory/observe/observation.ts'
import { pathFact } from '../../../../../consumers/project-directory/observe/path-facts.ts'
import type { DirectoryStore } from '../../../../../consumers/project-directory/store/directory-store.ts'
import { createMemoryStore } from '../../../../helpers/directory/memory-store.ts'

type Told = Pick<Parameters<typeof pathFact>[0], 'verb' | 'path' | 'oldPath'>

const told = (kind: 'group' | 'project', id: number, at: number, fact: Told): Observation => ({
  about: 'path',
  holder: { realm: 1, kind, id },
  fact: pathFact({ at, lastAt: at, ...fact }),
})

test('a batch reads the renames above its own paths, and not those of all groups', async () => {
  const { store, views } = createMemoryStore()
  const groups = 300
  for (let id = 1; id <= groups; id++) {
    const created = told('group', id, 1000, { verb: 'create', path: `old-${id}` })
    await applyObservations(store, [
      created,
      told('group', id, 3000, { verb: 'move', oldPath: `old-${id}`, path: `new-${id}` }),
      told('group', id, 4000, { verb: 'move', oldPath: `new-${id}`, path: `newest-${id}` }),
    ])
  }
  let read = 0
  const counting: DirectoryStore = {
    ...store,
    renames: async (paths) => {
      const renames = await store.renames(paths)
      read += renames.flat().length
      return renames
    },
  }
  await applyObservations(counting, [
    told('project', 1, 2000, { verb: 'create', path: 'old-7/signal' }),
    told('project', 2, 3500, { verb: 'create', path: 'new-8/signal' }),
  ])
  assert.equal(views.get('1 project 1')?.path, 'newest-7/signal')
  assert.equal(views.get('1 project 2')?.path, 'newest-8/signal')
  assert.equal(read, 3)
})
