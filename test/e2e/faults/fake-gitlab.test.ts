// Tests of the fake GitLab itself:
// the fault suite asks it whether GitLab would have disabled the hook, and a fake that
// never disables a hook would prove nothing.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { listen, urlOf } from '../../../lib/http/listen.ts'
import { waitUntil } from '../../helpers/process/wait-until.ts'
import { createHookState, deliveryOf, startFakeGitlab } from '../../helpers/servers/fake-gitlab.ts'

const minute = 60_000

test('an answer of 2xx or 3xx within ten seconds is a success, everything else a failure', () => {
  for (const status of [200, 202, 204, 302]) assert.equal(deliveryOf({ status, tookMs: 10 }), 'success')
  for (const status of [undefined, 400, 401, 404, 408, 413, 429, 500, 503])
    assert.equal(deliveryOf({ status, tookMs: 10 }), 'failure')
  assert.equal(deliveryOf({ status: 200, tookMs: 10_001 }), 'failure')
})

test('four failures in a row pause the hook for a minute; further ones double it up to a day', () => {
  const hook = createHookState()
  for (let failure = 0; failure < 3; failure++) hook.record('failure', 0)
  assert.equal(hook.isExecutable(0), true)
  hook.record('failure', 0)
  assert.deepEqual([hook.isExecutable(minute - 1), hook.alert], [false, 'temporarily_disabled'])
  assert.equal(hook.isExecutable(minute), true)

  const pauses: number[] = []
  let now = minute
  for (let failure = 0; failure < 14; failure++) {
    hook.record('failure', now)
    pauses.push((hook.disabledUntil - now) / minute)
    now = hook.disabledUntil
    hook.isExecutable(now)
  }
  assert.deepEqual(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 1440, 1440, 1440, 1440])
})

test('one success resets the count; forty failures in a row disable the hook permanently', () => {
  const hook = createHookState()
  for (let failure = 0; failure < 39; failure++) hook.record('failure', 0)
  hook.record('success', 0)
  assert.deepEqual([hook.isExecutable(0), hook.alert], [true, 'executable'])
  for (let failure = 0; failure < 40; failure++) hook.record('failure', 0)
  assert.deepEqual([hook.isExecutable(Number.MAX_SAFE_INTEGER), hook.alert], [false, 'disabled'])
})

test('a receiver that answers 500 is paused, and its events are dropped', async () => {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(500).end()
  })
  await listen(server, 0, '127.0.0.1')
  const gitlab = startFakeGitlab({ url: () => urlOf(server), token: 'token', everyMs: 10, speed: 60 })
  await waitUntil(() => gitlab.dropped > 0)
  await gitlab.stop()
  server.close()
  assert.ok(gitlab.posted.length >= 4 && gitlab.alerts.includes('temporarily_disabled'))
})
