import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createResends } from '../../../../ingress/auth/resends.ts'

test('an id is new, or came before with the same body, or came before with another body', () => {
  const { compare } = createResends()
  const [one, two] = [Buffer.from('one'), Buffer.from('two')]
  const calls: [string, Buffer][] = [
    ['a', one],
    ['a', one],
    ['a', two],
    ['a', two],
    ['a', one],
    ['b', one],
  ]
  assert.deepEqual(
    calls.map(([id, body]) => compare(id, body)),
    ['new', 'same', 'changed', 'same', 'changed', 'new'],
  )
})

test('the number of remembered ids is bounded, and the ids seen last are kept', () => {
  const { compare } = createResends()
  const body = Buffer.from('body')
  compare('first', body)
  compare('kept', body)
  for (let number = 0; number < 49_998; number++) compare(`flood-${number}`, body)
  assert.equal(compare('kept', body), 'same')
  compare('one more', body)
  assert.deepEqual([compare('first', body), compare('kept', body)], ['new', 'same'])
})
