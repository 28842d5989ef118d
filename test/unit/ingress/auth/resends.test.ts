import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createResends } from '../../../../ingress/auth/resends.ts'

test('an id is new, came before with this body, or with another', () => {
  const { look } = createResends()
  const [one, two] = [Buffer.from('one'), Buffer.from('two')]
  const looks: [string, Buffer][] = [
    ['a', one],
    ['a', one],
    ['a', two],
    ['a', two],
    ['a', one],
    ['b', one],
  ]
  assert.deepEqual(
    looks.map(([id, body]) => look(id, body)),
    ['new', 'same', 'changed', 'same', 'changed', 'new'],
  )
})

test('it remembers a bounded number of ids; those seen last stay', () => {
  const { look } = createResends()
  const body = Buffer.from('body')
  look('first', body)
  look('kept', body)
  for (let number = 0; number < 49_998; number++) look(`flood-${number}`, body)
  assert.equal(look('kept', body), 'same')
  look('one more', body)
  assert.deepEqual([look('first', body), look('kept', body)], ['new', 'same'])
})
