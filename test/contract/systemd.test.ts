import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sections } from '../../cli/config/sections.ts'
import { ingressVariables } from '../../ingress/config.ts'
import { isSecret } from '../../lib/config.ts'
import { temporaryFolder } from '../helpers/process/temporary-folder.ts'
import { readPage } from '../helpers/records/markdown.ts'
import { createTlsFiles } from '../helpers/servers/tls-files.ts'

const folder = fileURLToPath(new URL('../../deploy/systemd/', import.meta.url))
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
const units = globSync('*.service', { cwd: folder }).sort()
const dropIns = globSync('*.service.d/*.conf', { cwd: folder }).sort()
const run = promisify(execFile)

/** The values of a setting of a unit, in order. */
const valuesOf = (file: string, setting: string): string[] =>
  [...read(file).matchAll(new RegExp(`^${setting}=(.*)$`, 'gm'))].map(([, value = '']) => value)

/** Runs a program. Undefined where it is not installed. */
const output = async (
  program: string,
  args: readonly string[],
  cwd = folder,
): Promise<string | undefined> => {
  try {
    const { stdout, stderr } = await run(program, args, { cwd })
    return stdout + stderr
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

test('the units are found', () => {
  assert.deepEqual(units, [
    'bridge-ingress@.service',
    'bridge-lag-exporter.service',
    'bridge-setup.service',
    'bridge-worker@.service',
  ])
  assert.equal(dropIns.length, 3)
})

test('each unit is protected in the same way', () => {
  const protection = (file: string) => /\nUser=[\s\S]*?(?=\n\n|$)/.exec(read(file))?.[0].trim()
  const [first, ...others] = units.map(protection)
  assert.match(first ?? '', /\nProtectSystem=strict\n/)
  assert.match(first ?? '', /\nNoNewPrivileges=yes\n/)
  for (const other of others) assert.equal(other, first)
})

/** `runUntilStopped` ends every process after this time. */
const stopLimitSeconds = 25

test('a process is started again unless its settings are wrong, and has enough time to stop', () => {
  const drainSeconds = ingressVariables.shape.INGRESS_DRAIN_SECONDS.parse(undefined)
  for (const unit of units.filter((name) => name !== 'bridge-setup.service')) {
    assert.deepEqual(valuesOf(unit, 'Restart'), ['always'])
    assert.deepEqual(valuesOf(unit, 'RestartPreventExitStatus'), ['78'])
    assert.deepEqual(valuesOf(unit, 'StartLimitIntervalSec'), ['0'])
    assert.ok(Number(valuesOf(unit, 'TimeoutStopSec')[0]) > stopLimitSeconds + drainSeconds, unit)
  }
})

test('each variable exists, and a secret is always a file of LoadCredential', () => {
  const schemas = new Map(sections.flatMap(({ variables }) => Object.entries(variables.shape)))
  const assignments = [
    ...[...units, ...dropIns].flatMap((file) => valuesOf(file, 'Environment')),
    ...['bridge.env', 'ingress-1.env'].flatMap((file) => read(file).match(/^[A-Z].*$/gm) ?? []),
  ]
  assert.ok(assignments.length > 20)
  for (const assignment of assignments) {
    const [name = '', value] = assignment.split('=')
    if (name === 'NODE_COMPILE_CACHE') continue
    const schema = schemas.get(name) ?? schemas.get(name.replace(/_FILE$/, ''))
    assert.ok(schema !== undefined, name)
    if (isSecret(schema)) assert.match(`${name}=${value}`, /_FILE=%d\//)
  }
  for (const file of [...units, ...dropIns])
    for (const variable of valuesOf(file, 'Environment'))
      if (variable.includes('=%d/')) {
        const id = variable.slice(variable.indexOf('%d/') + 3)
        const loaded = valuesOf(file, 'LoadCredential').map((credential) => credential.split(':')[0])
        assert.ok(loaded.includes(id), `${file} does not load ${id}`)
      }
})

test('docs/systemd.md names every file of a secret', () => {
  const page = readPage('docs/systemd.md')
  for (const file of [...units, ...dropIns])
    for (const credential of valuesOf(file, 'LoadCredential')) {
      const path = credential.split(':')[1] ?? ''
      assert.ok(page.includes(`\`${path.replace('/etc/gitlab-kafka-bridge/credentials/', '')}\``), path)
    }
})

/** Copies the units to a folder in which the command of the bridge exists. */
const installedUnits = async (t: TestContext): Promise<string> => {
  const copy = await temporaryFolder(t)
  cpSync(folder, copy, { recursive: true })
  for (const unit of units)
    writeFileSync(join(copy, unit), read(unit).replace('/usr/local/bin/bridge', '/bin/true'))
  return copy
}

const instances = [
  ...['bridge-ingress@1', 'bridge-setup', 'bridge-lag-exporter'],
  ...['audit-log', 'project-directory', 'event-feed', 'chat-notifier'].map((name) => `bridge-worker@${name}`),
].map((name) => `./${name}.service`)

test('systemd accepts the units', async (t) => {
  const copy = await installedUnits(t)
  const verify = (unit: string) => output('systemd-analyze', ['verify', '--man=no', unit], copy)
  if ((await verify(instances[0] ?? '')) === undefined) return t.skip('systemd-analyze is not installed')
  for (const unit of instances) assert.equal(await verify(unit), '', unit)
  const text = read('bridge-ingress@.service').replace('ProtectHome', 'ProtectHouse')
  writeFileSync(join(copy, 'bridge-ingress@.service'), text.replace('/usr/local/bin/bridge', '/bin/true'))
  assert.match((await verify('./bridge-ingress@1.service')) ?? '', /Unknown key.*ProtectHouse/)
})

test('systemd rates the protection of every unit as good', async (t) => {
  const copy = await installedUnits(t)
  for (const unit of instances) {
    const rating = await output('systemd-analyze', ['security', '--offline=true', unit], copy)
    if (rating === undefined) return t.skip('systemd-analyze is not installed')
    const level = Number(/exposure level for .*: ([\d.]+)/.exec(rating)?.[1])
    assert.ok(level <= 2, `${unit}: ${level}`)
  }
})

test('HAProxy and nginx accept their configuration', async (t) => {
  const copy = await temporaryFolder(t)
  const tls = await createTlsFiles()
  t.after(() => tls.maker.remove())
  const pem = join(copy, 'both.pem')
  writeFileSync(pem, tls.server.cert + tls.server.key)
  const haproxy = join(copy, 'haproxy.cfg')
  writeFileSync(haproxy, read('haproxy.cfg').replace(/crt \S+/, `crt "${pem}"`))
  const nginx = join(copy, 'nginx.conf')
  const server = read('nginx.conf').replace(/\/etc\/nginx\/\S+(?=;)/g, `"${pem}"`)
  const scratch = `pid "${copy}/pid"; error_log stderr;`
  writeFileSync(nginx, `${scratch} events {} http { access_log off; ${server} }`)
  const accepted = [
    await output('haproxy', ['-c', '-q', '-f', haproxy]),
    await output('nginx', ['-t', '-q', '-c', nginx]),
  ]
  if (accepted.every((result) => result === undefined))
    return t.skip('neither HAProxy nor nginx is installed')
  for (const result of accepted) assert.ok(result === undefined || !/alert|emerg|error/i.test(result), result)
})

test('the load balancers repeat a hook only if it was not sent', () => {
  assert.match(read('haproxy.cfg'), /\n {4}retry-on conn-failure\n/)
  assert.match(read('nginx.conf'), /\n {4}proxy_next_upstream error;\n/)
})
