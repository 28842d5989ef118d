import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUnprovenBodies, unlimited } from '../../../../ingress/http/unproven-bodies.ts'

/** Bodies with names. `givenUp` lists those that made room for others. */
const holding = ({ totalBytes = 100, addressBytes = 100, suspects = [] as string[] } = {}) => {
  const bodies = createUnprovenBodies({
    totalBytes,
    addressBytes,
    isSuspect: (address) => suspects.includes(address),
  })
  const givenUp: string[] = []
  const open = (address: string, name = address) => bodies.open(address, () => givenUp.push(name))
  return { open, givenUp }
}

test('bytes can be reserved until the memory is used up, and again after they were released', () => {
  const { open, givenUp } = holding()
  const [first, second] = [open('a'), open('b')]
  assert.deepEqual([first.reserve(60), second.reserve(40)], [true, true])
  first.release()
  first.release()
  assert.deepEqual([second.reserve(60), second.reserve(1), givenUp], [true, false, []])
})

test('when the memory is full, the body without progress for the longest time makes room', () => {
  const { open, givenUp } = holding()
  const [stalled, growing, newest] = [open('a'), open('b'), open('c')]
  growing.reserve(10)
  stalled.reserve(40)
  growing.reserve(40)
  assert.ok(newest.reserve(20))
  assert.deepEqual(givenUp, ['b'], 'the heaviest address gives up first')
  assert.ok(newest.reserve(50))
  assert.deepEqual(givenUp, ['b', 'a'])
})

test('within an address the slowest body makes room, and it is not the newest', () => {
  const { open, givenUp } = holding()
  const [first, second, third] = [open('a', '1'), open('a', '2'), open('a', '3')]
  first.reserve(30)
  second.reserve(30)
  first.reserve(10)
  assert.ok(third.reserve(50))
  assert.deepEqual(givenUp, ['2'])
})

test('an address that fills its share gives up its own bodies, not those of others', () => {
  const { open, givenUp } = holding({ addressBytes: 50 })
  const [genuine, first, second] = [open('gitlab'), open('stranger', '1'), open('stranger', '2')]
  genuine.reserve(50)
  assert.deepEqual([first.reserve(50), second.reserve(1)], [true, true])
  assert.deepEqual(givenUp, ['1'])
  assert.equal(second.reserve(50), false, 'a body that does not fit alone')
})

test('an address with many wrong credentials makes room first', () => {
  const { open, givenUp } = holding({ suspects: ['stranger'] })
  const [genuine, stranger, newest] = [open('gitlab'), open('stranger'), open('another')]
  genuine.reserve(70)
  stranger.reserve(30)
  assert.ok(newest.reserve(30))
  assert.deepEqual(givenUp, ['stranger'])
})

test('a body that was given up or released holds nothing', () => {
  const { open } = holding()
  const [first, second] = [open('a'), open('b')]
  first.reserve(60)
  second.reserve(60)
  first.release()
  second.release()
  assert.ok(open('c').reserve(100))
})

test('the memory of a proven sender has no limit', () => {
  const memory = unlimited(() => assert.fail('nothing is given up'))
  assert.ok(memory.reserve(Number.MAX_SAFE_INTEGER))
  memory.release()
  assert.ok(memory.reserve(Number.MAX_SAFE_INTEGER))
})
