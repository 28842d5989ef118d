import assert from 'node:assert/strict'
import { test } from 'node:test'
import { watchFeedTokens } from '../../../../consumers/event-feed/http/feed-tokens.ts'
import { ConfigError } from '../../../../lib/errors.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const watch = (host: string, corsOrigins: string[] = []) =>
  watchFeedTokens(undefined, { host, corsOrigins }, recordingLogger().logger)

test('without tokens only this machine reads the feed, and no page of another site', () => {
  assert.equal(watch('127.0.0.1'), undefined)
  assert.throws(() => watch('0.0.0.0'), ConfigError)
  assert.throws(
    () => watch('127.0.0.1', ['*']),
    /must name a file of tokens, because EVENT_FEED_CORS_ORIGINS/,
  )
})
