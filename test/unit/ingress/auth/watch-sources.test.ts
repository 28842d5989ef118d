import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { findMatch, isEqual } from '../../../../ingress/auth/source.ts'
import { watchSources } from '../../../../ingress/auth/watch-sources.ts'
import { readSourcesSettings } from '../../../../ingress/config.ts'
import { ConfigError } from '../../../../lib/errors.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
after(() => rm(folder, { recursive: true, force: true }))
const servers = { KAFKA_BROKERS: 'localhost:1', SCHEMA_REGISTRY_URL: 'http://localhost:1' }

/** Watched senders, and a clock that looks at their files when told to. */
const watching = (t: TestContext, env: Readonly<Record<string, string>>) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { logger, lines } = recordingLogger()
  const changes: string[][] = []
  const watched = watchSources(
    () => readSourcesSettings({ ...servers, ...env }),
    (sources) => void changes.push(sources.map(({ name }) => name)),
    logger,
  )
  t.after(() => watched.close())
  const accepts = (source: string, token: string): boolean => {
    const found = watched.find(source)
    return (
      found !== undefined &&
      findMatch(found.secrets, (bytes) => isEqual(bytes, Buffer.from(token))) !== undefined
    )
  }
  return { watched, accepts, changes, lines, look: () => t.mock.timers.tick(2000) }
}
/** Replaces a file as Kubernetes does: elsewhere, then by another link. */
const relink = async (link: string, text: string) => {
  const target = join(folder, `data-${Math.random()}`)
  await writeFile(target, text)
  await utimes(target, 1000, 1000) // as archives have it: the time tells nothing
  await symlink(target, `${link}.new`)
  await rename(`${link}.new`, link)
}

test('a secret is rotated without a restart: added, then the old one removed', async (t) => {
  const file = join(folder, 'tokens')
  await writeFile(file, 'old\n')
  const { accepts, changes, lines, look } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  assert.deepEqual([accepts('default', 'old'), accepts('default', 'new')], [true, false])
  await writeFile(file, 'old\nnew\n')
  look()
  assert.deepEqual([accepts('default', 'old'), accepts('default', 'new')], [true, true])
  await writeFile(file, 'new\n')
  look()
  assert.deepEqual([accepts('default', 'old'), accepts('default', 'new')], [false, true])
  assert.equal(changes.length, 3)
  assert.doesNotMatch(JSON.stringify(lines), /old|new/)
})

test('a file that is linked elsewhere is read again', async (t) => {
  const file = join(folder, 'linked')
  await relink(file, 'old')
  const { accepts, look } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  await relink(file, 'new')
  look()
  assert.deepEqual([accepts('default', 'old'), accepts('default', 'new')], [false, true])
})

test('a change that cannot be used is said, and the old credentials stay until it can be', async (t) => {
  const file = join(folder, 'emptied')
  await writeFile(file, 'old')
  const { accepts, lines, look } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  for (const change of [() => writeFile(file, ''), () => rm(file)]) {
    await change()
    look()
    assert.ok(accepts('default', 'old'))
    assert.ok(!accepts('default', ''))
  }
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['error', 'error'],
  )
  look()
  look()
  assert.equal(lines.length, 2, 'said once')
  await writeFile(file, 'new')
  look()
  assert.ok(accepts('default', 'new') && !accepts('default', 'old'))
})

test('a file of senders that names a secret file which comes later is used once that is there', async (t) => {
  const [file, tokens] = [join(folder, 'sources.yaml'), join(folder, 'later')]
  await writeFile(file, 'sources: {berlin: {secret_tokens: [old]}}')
  const { accepts, look } = watching(t, { INGRESS_SOURCES_FILE: file })
  await writeFile(file, `sources: {berlin: {secret_tokens_file: ${tokens}}}`)
  look()
  assert.ok(accepts('berlin', 'old'))
  await writeFile(tokens, 'new')
  look()
  assert.ok(accepts('berlin', 'new') && !accepts('berlin', 'old'))
  await writeFile(tokens, 'newer')
  look()
  assert.ok(accepts('berlin', 'newer') && !accepts('berlin', 'new'))
})

test('nothing is read while nothing changes', async (t) => {
  const file = join(folder, 'unchanged')
  await writeFile(file, 'old')
  const { changes, look } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  for (let times = 0; times < 5; times++) look()
  assert.equal(changes.length, 1)
})

test('without a file of senders any name is a sender with the same credentials; with one only those it names', async (t) => {
  const { watched, accepts } = watching(t, { INGRESS_SECRET_TOKENS: 'common' })
  assert.ok(accepts('default', 'common') && accepts('berlin', 'common'))
  assert.deepEqual([watched.find('berlin')?.name, watched.find('berlin')?.label], ['berlin', 'default'])
  t.mock.timers.reset()

  const file = join(folder, 'two.yaml')
  await writeFile(file, 'sources: {berlin: {secret_tokens: [b]}, munich: {secret_tokens: [m]}}')
  const named = watching(t, { INGRESS_SOURCES_FILE: file })
  assert.ok(named.accepts('berlin', 'b') && named.accepts('munich', 'm'))
  assert.ok(!named.accepts('berlin', 'm') && !named.accepts('munich', 'b'))
  for (const name of ['default', 'paris', '__proto__', 'constructor', '']) {
    assert.equal(named.watched.find(name), undefined, name)
    assert.ok(named.watched.decoyOf(name).isDecoy, name)
  }
})

test('credentials of the environment beside a file of senders are those of /hooks alone', async (t) => {
  const file = join(folder, 'one.yaml')
  await writeFile(file, 'sources: {berlin: {secret_tokens: [b]}}')
  const { accepts, changes } = watching(t, { INGRESS_SOURCES_FILE: file, INGRESS_SECRET_TOKENS: 'common' })
  assert.ok(accepts('default', 'common') && accepts('berlin', 'b'))
  assert.ok(!accepts('berlin', 'common') && !accepts('default', 'b'))
  assert.deepEqual(changes, [['default', 'berlin']])
})

test('the file may name the sender at /hooks, but not beside credentials of the environment: one of the two would not hold', async (t) => {
  const file = join(folder, 'default.yaml')
  await writeFile(file, 'sources: {default: {secret_tokens: [d], allowed_cidrs: [10.0.0.0/8]}}')
  const { watched, accepts } = watching(t, { INGRESS_SOURCES_FILE: file })
  assert.ok(accepts('default', 'd') && watched.find('default')?.allowedAddresses !== null)
  for (const own of [
    { INGRESS_SECRET_TOKENS: 'common' },
    { INGRESS_SIGNING_TOKENS: 'whsec_MDEyMzQ1Njc4OWFiY2RlZg==' },
  ])
    assert.throws(
      () =>
        watchSources(
          () => readSourcesSettings({ ...servers, INGRESS_SOURCES_FILE: file, ...own }),
          () => {},
          recordingLogger().logger,
        ),
      (error) =>
        error instanceof ConfigError &&
        /INGRESS_SOURCES_FILE: sources\.default .*INGRESS_SECRET_TOKENS/.test(error.message),
    )
})

test('credentials that cannot be used at the start refuse the start', () => {
  for (const env of [
    { INGRESS_SECRET_TOKENS: '' },
    { INGRESS_SOURCES_FILE: join(folder, 'absent.yaml') },
    { INGRESS_SECRET_TOKENS_FILE: join(folder, 'absent') },
  ])
    assert.throws(
      () =>
        watchSources(
          () => readSourcesSettings({ ...servers, ...env }),
          () => {},
          recordingLogger().logger,
        ),
      ConfigError,
    )
})
