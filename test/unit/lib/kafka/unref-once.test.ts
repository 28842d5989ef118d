import assert from 'node:assert/strict'
import { Socket } from 'node:net'
import { test } from 'node:test'
import { unrefOnce } from '../../../../lib/kafka/unref-once.ts'

test('many disconnects of a closed socket add at most one listener', () => {
  const socket = unrefOnce(new Socket().destroy())
  for (let disconnects = 0; disconnects < 20; disconnects++) socket.unref()
  assert.ok(socket.listenerCount('connect') <= 1, `${socket.listenerCount('connect')} listeners`)
})
