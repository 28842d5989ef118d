import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { findMatch, isEqual } from '../../../../ingress/auth/source.ts'
import { watchSources } from '../../../../ingress/auth/watch-sources.ts'
import { readSourcesSettings } from '../../../../ingress/config.ts'
import { ConfigError } from '../../../../lib/errors.ts'
import { inventedToken } from '../../../../lib/invented-sources.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

const folder = await mkdtemp(join(tmpdir(), 'bridge-test-'))
after(() => rm(folder, { recursive: true, force: true }))
const servers = { KAFKA_BROKERS: 'localhost:1', SCHEMA_REGISTRY_URL: 'http://localhost:1' }

/** Watched sources. `poll` lets the time of one poll pass. */
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
  return { watched, accepts, changes, lines, poll: () => t.mock.timers.tick(2000) }
}
/** Replaces a file as Kubernetes does: the new file is elsewhere, and the link is then replaced. */
const relink = async (link: string, text: string) => {
  const target = join(folder, `data-${Math.random()}`)
  await writeFile(target, text)
  await utimes(target, 1000, 1000) // like a file from an archive: the time of modification does not change
  await symlink(target, `${link}.new`)
  await rename(`${link}.new`, link)
}

test('a secret is rotated without a restart: one is added, then the old one removed', async (t) => {
  const file = join(folder, 'tokens')
  await writeFile(file, 'old\n')
  const { accepts, changes, lines, poll } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  assert.deepEqual([accepts('default', 'old'), accepts('default', 'new')], [true, false])
  await writeFile(file, 'old\nnew\n')
  poll()
  assert.deepEqual([accepts('default', 'old'), accepts('default', 'new')], [true, true])
  await writeFile(file, 'new\n')
  poll()
  assert.deepEqual([accepts('default', 'old'), accepts('default', 'new')], [false, true])
  assert.equal(changes.length, 3)
  assert.doesNotMatch(JSON.stringify(lines), /old|new/)
})

test('a file is read again when its link points elsewhere', async (t) => {
  const file = join(folder, 'linked')
  await relink(file, 'old')
  const { accepts, poll } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  await relink(file, 'new')
  poll()
  assert.deepEqual([accepts('default', 'old'), accepts('default', 'new')], [false, true])
})

test('a change that cannot be used is logged, and the old credentials stay in use', async (t) => {
  const file = join(folder, 'emptied')
  await writeFile(file, 'old')
  const { accepts, lines, poll } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  for (const change of [() => writeFile(file, ''), () => rm(file)]) {
    await change()
    poll()
    assert.ok(accepts('default', 'old'))
    assert.ok(!accepts('default', ''))
  }
  assert.deepEqual(
    lines.map(({ level }) => level),
    ['error', 'error'],
  )
  poll()
  poll()
  assert.equal(lines.length, 2, 'logged once')
  await writeFile(file, 'new')
  poll()
  assert.ok(accepts('default', 'new') && !accepts('default', 'old'))
})

test('a file of sources that names a missing file of secrets is used once that file exists', async (t) => {
  const [file, tokens] = [join(folder, 'sources.yaml'), join(folder, 'later')]
  await writeFile(file, 'sources: {berlin: {secret_tokens: [old]}}')
  const { accepts, poll } = watching(t, { INGRESS_SOURCES_FILE: file })
  await writeFile(file, `sources: {berlin: {secret_tokens_file: ${tokens}}}`)
  poll()
  assert.ok(accepts('berlin', 'old'))
  await writeFile(tokens, 'new')
  poll()
  assert.ok(accepts('berlin', 'new') && !accepts('berlin', 'old'))
  await writeFile(tokens, 'newer')
  poll()
  assert.ok(accepts('berlin', 'newer') && !accepts('berlin', 'new'))
})

test('nothing is read while nothing changes', async (t) => {
  const file = join(folder, 'unchanged')
  await writeFile(file, 'old')
  const { changes, poll } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  for (let times = 0; times < 5; times++) poll()
  assert.equal(changes.length, 1)
})

test('without a file of sources any name is a source; with a file only its names are', async (t) => {
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

test('beside a file of sources, the credentials in the environment belong to /hooks only', async (t) => {
  const file = join(folder, 'one.yaml')
  await writeFile(file, 'sources: {berlin: {secret_tokens: [b]}}')
  const { accepts, changes } = watching(t, { INGRESS_SOURCES_FILE: file, INGRESS_SECRET_TOKENS: 'common' })
  assert.ok(accepts('default', 'common') && accepts('berlin', 'b'))
  assert.ok(!accepts('berlin', 'common') && !accepts('default', 'b'))
  assert.deepEqual(changes, [['default', 'berlin']])
})

test('the source of /hooks cannot be configured both in the file and in the environment', async (t) => {
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

test('an emptied token file keeps the old tokens, also beside a file of sources', async (t) => {
  const [tokens, sources] = [join(folder, 'emptied'), join(folder, 'others.yaml')]
  await writeFile(tokens, 'old\n')
  await writeFile(sources, 'sources: {berlin: {secret_tokens: [b]}}')
  const env = { INGRESS_SOURCES_FILE: sources, INGRESS_SECRET_TOKENS_FILE: tokens }
  const { accepts, lines, poll } = watching(t, env)
  await writeFile(tokens, '\n')
  poll()
  assert.ok(accepts('default', 'old'))
  assert.match(String(lines.at(-1)?.fields.error), /INGRESS_SECRET_TOKENS_FILE: .*holds no token/)
  await writeFile(sources, 'sources: {}')
  await writeFile(tokens, 'old\n')
  poll()
  assert.ok(accepts('berlin', 'b'), 'nor does a file without a source remove the sources')
  assert.match(String(lines.at(-1)?.fields.error), /names no source/)
})

test('a file of secrets that becomes a named pipe is refused and does not hang', async (t) => {
  const file = join(folder, 'piped')
  await writeFile(file, 'old\n')
  const { accepts, lines, poll } = watching(t, { INGRESS_SECRET_TOKENS_FILE: file })
  await rm(file)
  execFileSync('mkfifo', [file])
  poll()
  assert.ok(accepts('default', 'old'))
  assert.match(String(lines.at(-1)?.fields.error), /INGRESS_SECRET_TOKENS_FILE: .*not a regular file/)
})

test('an address may connect if any source allows it', async (t) => {
  const file = join(folder, 'ranges.yaml')
  const range = (name: string, cidr: string) => `${name}: {secret_tokens: [a], allowed_cidrs: [${cidr}]}`
  await writeFile(file, `sources: {${range('one', '10.0.0.0/8')}, ${range('two', '2001:db8::/32')}}`)
  const { watched, poll } = watching(t, { INGRESS_SOURCES_FILE: file })
  const table = [
    ['10.1.2.3', true],
    ['2001:db8::1', true],
    ['192.0.2.1', false],
    ['', false],
  ] as const
  for (const [address, isAllowed] of table) assert.equal(watched.isAddressAllowed(address), isAllowed)
  await writeFile(file, `sources: {${range('one', '10.0.0.0/8')}, two: {secret_tokens: [b]}}`)
  poll()
  assert.ok(watched.isAddressAllowed('192.0.2.1'))
})

test('credentials that cannot be used prevent the start', () => {
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

test('an invented source accepts no credential of a sender, only the tokens made from it', async (t) => {
  const { watched, accepts, changes } = watching(t, { INGRESS_SECRET_TOKENS: 'one,two' })
  assert.ok(accepts('any-name', 'one'))
  for (const source of ['sample', 'simulate'] as const) {
    for (const token of ['one', 'two']) {
      assert.equal(accepts(source, token), false)
      assert.ok(accepts(source, inventedToken(token, source)))
    }
    assert.equal(watched.find(source)?.name, source)
    assert.equal(accepts('default', inventedToken('one', source)), false)
  }
  assert.equal(accepts('sample', inventedToken('one', 'simulate')), false)
  // They have no series in the metrics of credentials.
  assert.deepEqual(changes, [['default']])
})

test('the tokens of invented sources are made from the credentials of all sources in the file', async (t) => {
  const file = join(folder, 'invented.yaml')
  const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
  await writeFile(
    file,
    `sources:
  berlin: { secret_tokens: [b], allowed_cidrs: [10.0.0.0/8], instance: https://one.example }
  paris:
    secret_tokens: [p]
    signing_tokens: ['${key}']
    require_signature: true
    allowed_cidrs: [192.0.2.1]
`,
  )
  const { watched, accepts } = watching(t, { INGRESS_SOURCES_FILE: file })
  assert.ok(accepts('sample', inventedToken('b', 'sample')))
  assert.ok(accepts('sample', inventedToken(Buffer.from('0123456789abcdef0123456789abcdef'), 'sample')))
  // Paris accepts no hook without a signature.
  assert.equal(accepts('sample', inventedToken('p', 'sample')), false)
  const { allowedAddresses, instance } = watched.find('sample') ?? assert.fail()
  assert.deepEqual(
    ['10.1.2.3', '192.0.2.1', '203.0.113.9'].map((address) => allowedAddresses?.check(address)),
    [true, true, false],
  )
  assert.equal(instance, undefined)
})
