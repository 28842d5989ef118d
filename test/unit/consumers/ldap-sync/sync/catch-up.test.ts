import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCatchUp } from '../../../../../consumers/ldap-sync/sync/catch-up.ts'

const place = (topic: string) => ({ topicId: `id of ${topic}`, topic, partition: 0 })
const at = (topic: string, offset: number) => ({ ...place(topic), offset })

test('it ends when every partition was read up to where the group was', () => {
  const catchUp = createCatchUp(() => 0)
  assert.equal(catchUp.phase(), 'over')
  const partitions = [
    { ...place('a'), groupOffset: 10 },
    { ...place('b'), groupOffset: 5 },
    { ...place('c'), groupOffset: 0 },
  ]
  catchUp.begin(partitions, [4, undefined, undefined])
  assert.equal(catchUp.phase(), 'reading')
  catchUp.read([at('a', 4), at('a', 5)])
  catchUp.read([at('b', 4)])
  assert.equal(catchUp.phase(), 'reading')
  catchUp.read([at('c', 70)])
  catchUp.read([at('a', 9)])
  assert.equal(catchUp.phase(), 'read')
  assert.deepEqual(catchUp.end(), [at('a', 9), at('b', 4), at('c', 70)])
  assert.equal(catchUp.phase(), 'over')
})

test('it does not begin where the database has everything', () => {
  const catchUp = createCatchUp(() => 0)
  catchUp.begin([{ ...place('a'), groupOffset: 10 }], [10])
  assert.equal(catchUp.phase(), 'over')
})

test('partitions that go to another process are not waited for', () => {
  const catchUp = createCatchUp(() => 0)
  const [a, b] = [
    { ...place('a'), groupOffset: 10 },
    { ...place('b'), groupOffset: 5 },
  ]
  catchUp.begin([a, b], [4, 2])
  catchUp.begin([b], [5])
  assert.equal(catchUp.phase(), 'read', 'the directory must still be compared as a whole')
})
