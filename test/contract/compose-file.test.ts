// docker-compose.yml without an engine: what it names exists, in every combination of profiles.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import {
  defaultOf,
  profilesOf,
  readCompose,
  serviceNamed,
  servicesOf,
  subsetsOf,
} from '../helpers/compose/read-compose.ts'
import { temporaryFolder } from '../helpers/process/temporary-folder.ts'
import { readPage } from '../helpers/records/markdown.ts'

const compose = readCompose()
const services = Object.entries(compose.services)
const root = new URL('../../', import.meta.url)
const exists = (path: string) => existsSync(new URL(path, root))

/** The folder with the Dockerfile of a service. */
const contextOf = (build: string | { context: string }): string =>
  typeof build === 'string' ? build : build.context

/** A service that ends. Others depend on its end. */
const isOneShot = (name: string) => !/^unless-stopped$/.test(serviceNamed(compose, name).restart ?? '')

const combinations = subsetsOf(profilesOf(compose)).map((profiles) => ({
  label: profiles.join(',') || 'no profile',
  started: servicesOf(compose, profiles),
}))

test('has the profiles that the documents name', () => {
  const profiles = new Set(profilesOf(compose))
  assert.ok(
    profiles.isSupersetOf(new Set(['chat', 'chat-demo', 'forwarder', 'ldap', 'ldap-demo', 'trackers'])),
  )
})

test('in every combination of profiles, what a service waits for is started, too', () => {
  for (const { label, started } of combinations)
    for (const [name, { depends_on = {} }] of started)
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const needed = started.get(other) ?? assert.fail(`${label}: ${name} waits for ${other}`)
        assert.equal(condition === 'service_completed_successfully', isOneShot(other), `${name} → ${other}`)
        if (condition === 'service_healthy') assert.ok(needed.healthcheck, `${other} has no healthcheck`)
      }
})

// Otherwise `up --wait` fails when the service ends: https://github.com/docker/compose/issues/10596
test('in every combination of profiles, a running service waits for the end of each that ends', () => {
  for (const { label, started } of combinations)
    for (const name of started.keys()) {
      if (!isOneShot(name)) continue
      const adopters = [...started].filter(
        ([other, { depends_on = {} }]) => name in depends_on && !isOneShot(other),
      )
      assert.ok(adopters.length > 0, `${label}: nothing that runs waits for ${name}`)
    }
})

test('every container is hardened and limited', () => {
  for (const [name, service] of services) {
    assert.equal(service.read_only, true, name)
    assert.deepEqual(service.cap_drop, ['ALL'], name)
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name)
    assert.equal(service.init, true, name)
    assert.ok(service.pids_limit <= 512, name)
    assert.ok('max-size' in service.logging.options && 'max-file' in service.logging.options, name)
    if (service.build === undefined || service.user !== undefined)
      assert.doesNotMatch(service.user ?? 'root', /^(0|root)(:|$)/, `${name} runs as root`)
    else
      assert.match(
        readPage(`${contextOf(service.build)}/Dockerfile`),
        /^USER (?!root|0)\S+$/m,
        `${name} runs as root`,
      )
  }
})

test('every service that runs has a healthcheck, also for its start, and time to stop', () => {
  for (const [name, { healthcheck, stop_grace_period = '10s' }] of services) {
    if (isOneShot(name) || name === 'audit') continue
    assert.ok(healthcheck !== undefined && 'start_interval' in healthcheck, name)
    if (!name.endsWith('-demo')) assert.ok(Number.parseInt(stop_grace_period, 10) >= 30, name)
  }
  const drain = /INGRESS_DRAIN_SECONDS=(\d+)/.exec(readPage('.env.example'))?.[1]
  const grace = Number.parseInt(serviceNamed(compose, 'ingress').stop_grace_period ?? '', 10)
  assert.ok(grace > Number(drain) + 10, `${grace} s`)
})

test('volumes and networks are declared, and each is used', () => {
  const used = (names: readonly (string | undefined)[]) => [...new Set(names)].filter(Boolean).sort()
  const volumes = services.flatMap(([, { volumes: all = [] }]) =>
    all.map((volume) => {
      if (typeof volume === 'string') return volume.split(':')[0]
      return volume.type === 'volume' ? volume.source : undefined
    }),
  )
  assert.deepEqual(used(volumes), Object.keys(compose.volumes).sort())
  const networks = services.flatMap(([, service]) => service.networks ?? [])
  assert.deepEqual(used(networks), Object.keys(compose.networks).sort())
  for (const [name, { networks: own, network_mode }] of services)
    assert.ok(own !== undefined || network_mode === 'none', `${name} is in the default network`)
})

test('the next `up` keeps each file over which a running container has mounted another', async (t) => {
  const folder = await temporaryFolder(t)
  const mounted = services.flatMap(([, { volumes = [] }]) => {
    const all = volumes.flatMap((volume) => (typeof volume === 'string' ? [] : [volume]))
    return all.flatMap(({ source, target, volume }) =>
      source !== 'files' || volume === undefined
        ? []
        : all
            .filter((other) => other.target.startsWith(`${target}/`))
            .map((other) => join(volume.subpath, other.target.slice(target.length))),
    )
  })
  assert.deepEqual(mounted, ['alertmanager/webhook-url'])
  for (const file of [...mounted, 'prometheus/old.yml']) {
    mkdirSync(join(folder, dirname(file)), { recursive: true })
    writeFileSync(join(folder, file), '')
  }
  const script = serviceNamed(compose, 'secrets').command?.join('\n') ?? ''
  const [deletion = ''] = /^find .* -delete$/m.exec(script) ?? []
  await promisify(execFile)('sh', ['-euc', deletion.replaceAll('/files', '.')], { cwd: folder })
  for (const file of mounted) assert.ok(existsSync(join(folder, file)), file)
  assert.ok(!existsSync(join(folder, 'prometheus/old.yml')))
})

test('ports are published on this machine only, and by default each once', () => {
  const published = services.flatMap(([name, { ports = [], networks = [] }]) => {
    if (ports.length > 0)
      assert.ok(
        networks.some((network) => !('internal' in (compose.networks[network] ?? {}))),
        `${name} publishes a port in internal networks only`,
      )
    return ports.map(defaultOf)
  })
  const [hosts, ports] = [0, 1].map((index) => published.map((text) => text.split(':')[index]))
  assert.deepEqual([...new Set(hosts)], ['127.0.0.1'])
  assert.deepEqual(
    ports?.map(Number).sort((left, right) => left - right),
    [3000, 8080, 8081, 8090, 8091, 9090, 9092, 9093],
  )
})

test('the servers that must not reach other machines cannot', () => {
  const isClosed = (network: string) => {
    const options = compose.networks[network]
    if (options === undefined) return false
    if ('internal' in options) return true
    return options.driver_opts['com.docker.network.bridge.enable_ip_masquerade'] === 'false'
  }
  const open = services.filter(([, { networks = [] }]) => !networks.every(isClosed)).map(([name]) => name)
  for (const name of ['kafka', 'postgres', 'registry', 'ingress', 'event-feed', 'prometheus', 'grafana'])
    assert.ok(!open.includes(name), name)
})

test('what is built and what the containers run is in the repository and in the image', () => {
  const image = readPage('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1))
  const isInImage = (path: string) =>
    image.some((kept) => path === kept || path.startsWith(`${kept}/`) || kept.startsWith(`${path}/`))
  for (const [name, { build, command = [], healthcheck }] of services) {
    if (build !== undefined) assert.ok(exists(`${contextOf(build)}/Dockerfile`), name)
    const commands = [...command, ...(healthcheck && 'test' in healthcheck ? healthcheck.test : [])].join(' ')
    for (const [, path = ''] of commands.matchAll(/\/app\/([\w./-]+)/g))
      assert.ok(exists(path) && isInImage(path), `${name}: ${path}`)
  }
  for (const [, path = ''] of readPage('Dockerfile').matchAll(/(?:\/app\/|\s)([\w-][\w./-]*\.(?:ts|mjs))/g))
    assert.ok(exists(path) && isInImage(path), path)
})

test('Prometheus scrapes every process at the port that it has', () => {
  const { scrape_configs } = parse(readPage('monitoring/prometheus/prometheus.yml')) as {
    scrape_configs: { static_configs: { targets: string[] }[] }[]
  }
  const targets = scrape_configs.flatMap(({ static_configs }) =>
    static_configs.flatMap((each) => each.targets),
  )
  const processes = services.flatMap(([name, { environment = {}, networks = [] }]) => {
    if (environment.METRICS_PORT === undefined) return []
    assert.ok(networks.includes('metrics'), name)
    return [`${name}:${environment.METRICS_PORT}`]
  })
  assert.deepEqual(targets.sort(), [...processes, 'localhost:9090'].sort())
})

test('each image has one tag, and an image that is not rebuilt is pinned by its digest, too', () => {
  const images = new Set(services.map(([, { image }]) => defaultOf(image)))
  const others = [...images].filter((image) => !image.startsWith('gitlab-kafka-bridge'))
  const pinned = others.filter((image) => /^[a-z/-]+:v?[\d.]+@sha256:[0-9a-f]{64}$/.test(image))
  assert.equal(new Set(others.map((image) => image.split(':')[0])).size, others.length)
  assert.deepEqual(
    others.filter((image) => !pinned.includes(image)).map((image) => image.split(':')[0]),
    ['postgres', 'apicurio/apicurio-registry'],
  )
})

test('the base of our image is that of the Dockerfile, unless .env names another', () => {
  const base = /^ARG NODE_IMAGE=(\S+)$/m.exec(readPage('Dockerfile'))?.[1]
  const builds = services.flatMap(([, { build }]) => (typeof build === 'object' ? [build] : []))
  assert.ok(builds.length > 5)
  for (const { args } of builds) assert.equal(args.NODE_IMAGE, `\${NODE_IMAGE:-${base}}`)
})

test('the registry has the version that npm start runs', () => {
  const version = /registryVersion = '([\d.]+)'/.exec(
    readFileSync(new URL('local/artifacts.ts', root), 'utf8'),
  )?.[1]
  const image = (name: string) => defaultOf(serviceNamed(compose, name).image).split('@')[0]
  assert.equal(image('registry'), `apicurio/apicurio-registry:${version}`)
  const kafka = /kafkaVersion = '([\d.]+)'/.exec(
    readFileSync(new URL('local/artifacts.ts', root), 'utf8'),
  )?.[1]
  assert.equal(image('kafka'), `apache/kafka:${kafka}`)
})
