import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gitlabError } from '../../../../consumers/gitlab-api/failure.ts'
import type { GitlabApi } from '../../../../consumers/gitlab-api/gitlab-api.ts'
import { createTokenWatch } from '../../../../consumers/gitlab-api/token-watch.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const signal = new AbortController().signal

/** A watch whose GitLab does not answer the question about the token. */
const watchWithoutAnswer = () => {
  const { logger, lines } = recordingLogger()
  const states: string[] = []
  const api = {
    instance: 'https://gitlab.example',
    call: () => Promise.reject(gitlabError('down', { kind: 'unavailable', status: 502, effect: 'none' })),
  } as unknown as GitlabApi
  const watch = createTokenWatch({
    api,
    scope: 'read_api',
    tokenSetting: () => 'GITLAB_API_TOKEN',
    metrics: {
      countRequest: () => undefined,
      setTokenState: (_, state) => void states.push(state),
      setTokenExpiry: () => undefined,
      removeToken: () => undefined,
    },
    logger,
  })
  return { watch, states, lines }
}

test('what GitLab answers only to an accepted token proves it, and an outage proves nothing', async () => {
  for (const outcome of ['ok', 'forbidden', 'not_found', 'conflict'] as const) {
    const { watch, states } = watchWithoutAnswer()
    await watch.check(signal)
    for (const other of ['unavailable', 'rate_limited', 'unexpected', 'invalid'] as const) watch.note(other)
    watch.note('unauthorized')
    watch.note(outcome)
    assert.deepEqual(states, ['refused', 'accepted'], outcome)
  }
})

test('a state is logged when it changes, and success does not hide too narrow a scope', async () => {
  const { watch, states, lines } = watchWithoutAnswer()
  await watch.check(signal)
  for (const _ of [1, 2]) watch.note('unauthorized')
  for (const _ of [1, 2]) watch.note('insufficient_scope')
  watch.note('ok')
  assert.deepEqual(states, ['refused', 'insufficient_scope'])
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['warn', 'error', 'error'],
  )
})

test('an ended check logs nothing', async () => {
  const { watch, lines } = watchWithoutAnswer()
  await watch.check(AbortSignal.abort())
  assert.deepEqual(lines, [])
})
