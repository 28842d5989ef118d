// The directory is what a model makes of the true order, in whatever order the hooks arrive.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyObservations } from '../../../../../consumers/project-directory/apply/apply.ts'
import type { Observation } from '../../../../../consumers/project-directory/observe/observation.ts'
import { createMemoryStore } from '../../../../helpers/directory/memory-store.ts'
import { batchesOf, histories } from '../../../../helpers/directory/random-arrival.ts'
import { playHistory, type TrueWorld } from '../../../../helpers/directory/true-history.ts'

const readDirectory = (batches: readonly Observation[][]) => {
  const memory = createMemoryStore()
  return {
    memory,
    apply: async () => {
      for (const batch of batches) await applyObservations(memory.store, batch)
    },
  }
}

const expectTrue = (memory: ReturnType<typeof createMemoryStore>, world: TrueWorld) => {
  for (const [kind, all] of [
    ['group', world.groups],
    ['user', world.users],
    ['project', world.projects],
  ] as const)
    for (const [id, { path, isDestroyed }] of all) {
      const view = memory.views.get(`1 ${kind} ${id}`)
      const name = `${kind} ${id}`
      assert.equal(view?.state === 'destroyed', isDestroyed, `${name} is destroyed`)
      if (isDestroyed) continue
      assert.equal(view?.path, path, `path of ${name}`)
      assert.equal(view?.isAmbiguous, false, `${name} is decided`)
      const isPending = path.includes('-deletion_scheduled-')
      assert.equal(view?.state, isPending ? 'pending_deletion' : 'active', `state of ${name}`)
    }
  for (const [id, { branches }] of world.projects)
    for (const [name, sha] of branches) {
      const head = memory.heads.get(`1 ${id} ${name}`)
      assert.deepEqual([head?.sha, head?.isAmbiguous], [sha, false], `${name} of project ${id}`)
    }
  for (const [key, access] of world.members) {
    const member = memory.members.get(`1 ${key} 9`)
    assert.deepEqual([member?.isMember, member?.isAmbiguous], [access !== null, false], `member of ${key}`)
    if (access !== null) assert.equal(member?.access, access)
  }
}

/** Expects that a history of six hooks ends in what is true, in its own order and in two others. */
const applyInThreeOrders = async (world: TrueWorld, hooks: Observation[][]) => {
  const memories: ReturnType<typeof createMemoryStore>[] = []
  for (const order of [[0], [0, 5, 4, 3, 2, 1], [5, 4, 3, 2, 1, 0]]) {
    const { memory, apply } = readDirectory(batchesOf(hooks, order, 1))
    await apply()
    expectTrue(memory, world)
    memories.push(memory)
  }
  return memories
}

/** Ids in the body of a history are the places of its steps, counted from 1. */
test('a project goes with the group that had its path then, not with a later one', async () => {
  const { world, hooks } = playHistory([
    { action: 'createGroup', one: 0, two: 0 },
    { action: 'createProject', one: 0, two: 0 },
    { action: 'destroyGroup', one: 0, two: 0 },
    { action: 'createGroup', one: 0, two: 0 },
    { action: 'renameGroup', one: 0, two: 0 },
    { action: 'createGroup', one: 0, two: 0 },
  ])
  const paths = [...world.groups.values()].map(({ path }) => path)
  assert.deepEqual(paths, ['g0', 'r0', 'g0'])
  for (const memory of await applyInThreeOrders(world, hooks))
    assert.equal(memory.views.get('1 project 2')?.path, 'g0/p0')
})

test('a project of a destroyed group stays destroyed when a group above it is renamed', async () => {
  const { world, hooks } = playHistory([
    { action: 'createGroup', one: 0, two: 0 },
    { action: 'createSubgroup', one: 0, two: 0 },
    { action: 'createProject', one: 1, two: 0 },
    { action: 'destroyGroup', one: 1, two: 0 },
    { action: 'createSubgroup', one: 0, two: 0 },
    { action: 'renameGroup', one: 0, two: 0 },
  ])
  assert.deepEqual([...world.projects.values()][0], {
    path: 'r0/g0/p0',
    isDestroyed: true,
    branches: new Map(),
  })
  await applyInThreeOrders(world, hooks)
})

test('1,000 random histories in random arrival order end in what is true', async () => {
  const orders = fc.array(fc.nat(1000), { minLength: 1, maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(histories, orders, fc.integer({ min: 1, max: 40 }), async (steps, order, size) => {
      const { world, hooks } = playHistory(steps)
      const { memory, apply } = readDirectory(batchesOf(hooks, order, size))
      await apply()
      expectTrue(memory, world)
    }),
    { numRuns: Number(process.env.BRIDGE_TEST_RUNS ?? 1000) },
  )
})

test('what arrives twice changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async (steps) => {
      const { hooks } = playHistory(steps)
      const batches = batchesOf(hooks, [0], 10)
      const once = readDirectory(batches)
      await once.apply()
      const before = JSON.stringify([
        [...once.memory.views],
        [...once.memory.heads],
        [...once.memory.members],
      ])
      await once.apply()
      const after = JSON.stringify([[...once.memory.views], [...once.memory.heads], [...once.memory.members]])
      assert.equal(after, before)
    }),
    { numRuns: 50 },
  )
})
