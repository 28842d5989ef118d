import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError, messageOf, PermanentError, RetriableError, UsageError } from '../../../lib/errors.ts'

test('retriable and permanent errors differ in name, class and fields', () => {
  const cause = new Error('refused')
  const retriable = new RetriableError('later', { cause, retryAfterMs: 500 })
  assert.deepEqual([retriable.name, retriable.cause, retriable.retryAfterMs], ['RetriableError', cause, 500])
  assert.equal(new RetriableError('later').retryAfterMs, undefined)
  const permanent = new PermanentError('never', { cause })
  assert.deepEqual([permanent.name, permanent.cause], ['PermanentError', cause])
  assert.ok(!(permanent instanceof RetriableError) && !(retriable instanceof PermanentError))
})

test('no wait that another system asks for makes a timer overflow', () => {
  const waitOf = (retryAfterMs: number) => new RetriableError('busy', { retryAfterMs }).retryAfterMs
  assert.equal(waitOf(30 * 86_400_000), 2 ** 31 - 1)
  assert.equal(waitOf(Number.POSITIVE_INFINITY), 2 ** 31 - 1)
  for (const wrong of [Number.NaN, -1, Number.NEGATIVE_INFINITY]) assert.equal(waitOf(wrong), undefined)
})

test('each of our errors prints the name of its class', () => {
  for (const [error, name] of [
    [new UsageError('x'), 'UsageError'],
    [new ConfigError([]), 'ConfigError'],
  ] as const)
    assert.ok(String(error).startsWith(name))
})

test('every thrown value has a message', () => {
  for (const [thrown, text] of [
    [new Error('broken'), 'broken'],
    ['broken', 'broken'],
    [undefined, 'undefined'],
    [null, 'null'],
    [7, '7'],
    [Object.freeze({ code: 7 }), '[object Object]'],
    [Object.create(null), 'cannot be read'],
    [Object.defineProperty(new Error(), 'message', { get: () => unreadable() }), 'cannot be read'],
  ])
    assert.equal(messageOf(thrown), text)
})

test('a message is cut where it is longer than 10,000 characters', () => {
  assert.equal(messageOf(new Error('x'.repeat(10_000))), 'x'.repeat(10_000))
  const cut = messageOf(new Error('x'.repeat(15_000_000)))
  assert.equal(cut, `${'x'.repeat(10_000)}… (15000000 characters)`)
})

const unreadable = (): never => {
  throw new TypeError('no text')
}
