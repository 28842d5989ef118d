import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

test('tokens behind symbolic links are read again when a link leads elsewhere, as in Kubernetes', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const folder = mkdtempSync(join(tmpdir(), 'feed-tokens-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const version of ['first', 'second']) {
    mkdirSync(join(folder, version))
    const token = `a-token-of-the-${version}-version`
    const access = `projects: ['**'], visibility: [public]`
    writeFileSync(join(folder, version, 'tokens.yaml'), `tokens: { one: { token: ${token}, ${access} } }`)
  }
  const [link, file] = [join(folder, '..data'), join(folder, 'tokens.yaml')]
  symlinkSync('first', link)
  symlinkSync('..data/tokens.yaml', file)
  const tokens = watchFeedTokens(file, { host: '127.0.0.1', corsOrigins: [] }, recordingLogger().logger)
  t.after(() => tokens?.close())
  const isKnown = (version: string) =>
    typeof tokens?.current().accessOf(`Bearer a-token-of-the-${version}-version`, 0) === 'object'
  assert.deepEqual([isKnown('first'), isKnown('second')], [true, false])
  symlinkSync('second', `${link}.new`)
  renameSync(`${link}.new`, link)
  t.mock.timers.tick(2000)
  assert.deepEqual([isKnown('first'), isKnown('second')], [false, true])
})
