// Everything that a manifest names exists.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { workers } from '../../../consumers/workers.ts'
import { workerProcesses } from '../../../deploy/kubernetes/generate/processes.ts'
import { containerOf, isWorkload, type Labels, type Manifest } from '../../helpers/kubernetes/manifest.ts'
import { readManifests } from '../../helpers/kubernetes/read-manifests.ts'
import { readPage } from '../../helpers/records/markdown.ts'

const manifests = [...readManifests().values()].flat()
const workloads = manifests.filter(isWorkload)
const ofKind = (kind: string): Manifest[] => manifests.filter((manifest) => manifest.kind === kind)

/** A worker that somebody has added. The document says how to make its Secret. */
const isAdded = (name: string): boolean =>
  workers.some((worker) => worker.name === name && worker.metricsPort >= 9480)

const selects = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value)
const selectedBy = (selector: Labels) =>
  workloads.filter(({ spec }) => selects(selector, spec.template.metadata.labels))
const matchLabelsOf = ({ spec }: Manifest): Labels =>
  (spec?.selector as { matchLabels?: Labels } | undefined)?.matchLabels ?? {}
const namesOf = (found: readonly Manifest[]) => found.map(({ metadata }) => metadata.name).sort()

test('each workload selects its own pods and no others', () => {
  for (const workload of workloads.filter(({ kind }) => kind !== 'Job')) {
    const selector = matchLabelsOf(workload)
    assert.deepEqual(namesOf(selectedBy(selector)), [workload.metadata.name])
    for (const { labelSelector } of workload.spec.template.spec.topologySpreadConstraints ?? [])
      assert.deepEqual(namesOf(selectedBy(labelSelector.matchLabels ?? {})), [workload.metadata.name])
  }
})

test('two ingresses are not on one node, and a disruption stops one at a time', () => {
  const [budget] = ofKind('PodDisruptionBudget')
  assert.ok(budget !== undefined)
  assert.deepEqual(namesOf(selectedBy(matchLabelsOf(budget))), ['ingress'])
  assert.equal(budget.spec?.maxUnavailable, 1)
  const ingress = workloads.find(({ metadata }) => metadata.name === 'ingress')
  assert.ok((ingress?.spec.replicas ?? 0) > (budget.spec?.maxUnavailable ?? 0))
  const spread = ingress?.spec.template.spec.topologySpreadConstraints ?? []
  assert.deepEqual(
    spread.map(({ topologyKey }) => topologyKey),
    ['kubernetes.io/hostname', 'topology.kubernetes.io/zone'],
  )
})

test('each Service finds pods that have its ports', () => {
  const services = ofKind('Service')
  assert.deepEqual(namesOf(services), ['event-feed', 'hooks', 'operations', 'project-directory'])
  for (const { metadata, spec } of services) {
    const found = selectedBy((spec?.selector ?? {}) as Labels)
    assert.ok(found.length > 0, metadata.name)
    for (const { targetPort } of spec?.ports ?? [])
      for (const workload of found) {
        const ports = containerOf(workload).ports ?? []
        assert.ok(
          ports.some(({ name }) => name === targetPort),
          `${workload.metadata.name} has no port ${targetPort}`,
        )
      }
  }
})

test('Prometheus scrapes every process that has metrics', () => {
  const operations = ofKind('Service').find(({ metadata }) => metadata.name === 'operations')
  const scraped = selectedBy((operations?.spec?.selector ?? {}) as Labels)
  assert.deepEqual(
    namesOf(scraped),
    namesOf(workloads.filter((workload) => containerOf(workload).ports !== undefined)),
  )
  const [monitor] = ofKind('ServiceMonitor')
  assert.ok(selects(matchLabelsOf(monitor ?? assert.fail()), operations?.metadata.labels ?? {}))
})

test('the labels `job` and `process` of the metrics are those that the alerts name', () => {
  const jobs = workloads.map(({ spec }) => spec.template.metadata.labels['app.kubernetes.io/component'])
  const rules = JSON.stringify(ofKind('PrometheusRule'))
  const used = [...rules.matchAll(/\bjob=~?\\"([a-z|-]+)\\"/g)].flatMap(([, names = '']) => names.split('|'))
  assert.ok(used.length > 3)
  for (const job of used) assert.ok(jobs.includes(job), `no pod has the job ${job}`)
  for (const { metadata, spec } of workloads)
    assert.equal(spec.template.metadata.labels['gitlab-kafka-bridge/process'], metadata.name)
})

test('each NetworkPolicy selects pods, and its named ports exist', () => {
  for (const { metadata, spec } of ofKind('NetworkPolicy')) {
    const selected = selectedBy(spec?.podSelector?.matchLabels ?? {})
    assert.ok(selected.length > 0, metadata.name)
    for (const { ports = [] } of spec?.ingress ?? [])
      for (const { port } of ports)
        for (const workload of selected)
          assert.ok(
            containerOf(workload).ports?.some(({ name }) => name === port),
            `${metadata.name}: ${workload.metadata.name} has no port ${port}`,
          )
  }
})

test('a pod may connect to nothing but what it uses', () => {
  const policies = new Map(ofKind('NetworkPolicy').map((policy) => [policy.metadata.name, policy]))
  const denied = policies.get('default-deny')?.spec
  assert.deepEqual([denied?.podSelector, denied?.policyTypes], [{}, ['Ingress', 'Egress']])
  const allowedBy = (name: string) =>
    namesOf(selectedBy(policies.get(name)?.spec?.podSelector?.matchLabels ?? assert.fail(name)))
  const workersThatUse = (use: 'database' | 'outside') =>
    workerProcesses()
      .filter(({ uses }) => uses.includes(use))
      .map(({ name }) => name)
  assert.deepEqual(allowedBy('kafka'), namesOf(workloads))
  assert.deepEqual(
    allowedBy('registry'),
    namesOf(workloads).filter((name) => name !== 'lag-exporter'),
  )
  assert.deepEqual(allowedBy('database'), ['setup', ...workersThatUse('database')].sort())
  assert.deepEqual(allowedBy('outside'), workersThatUse('outside').sort())
  assert.ok(!allowedBy('outside').includes('ingress'))
})

test('docs/kubernetes.md creates every Secret that a pod needs, with every key', () => {
  const created = [
    ...readPage('docs/kubernetes.md').matchAll(
      /kubectl create secret generic (\S+)((?: \\\n)?(?:\s+--from-(?:file|literal)=\S+(?: \\\n)?)*)/g,
    ),
  ]
  const keys = new Map(
    created.map(([, name = '', options = '']) => [
      name,
      [...options.matchAll(/--from-(?:file|literal)=([^=\s]+)=/g)].map(([, key]) => key),
    ]),
  )
  for (const workload of workloads.filter(({ metadata }) => !isAdded(metadata.name))) {
    const { name } = workload.metadata
    const [secret] = workload.spec.template.spec.volumes.flatMap((volume) => volume.secret?.secretName ?? [])
    const documented = keys.get(secret ?? '') ?? assert.fail(`${name}: ${secret} is not created`)
    assert.ok(documented.includes('kafka-password'), `${secret} has no kafka-password`)
    for (const { value = '', valueFrom } of containerOf(workload).env ?? []) {
      const key = value.startsWith('/secrets/') ? value.slice('/secrets/'.length) : undefined
      if (key !== undefined) assert.ok(documented.includes(key), `${secret} has no ${key}`)
      const reference = valueFrom?.secretKeyRef
      if (reference?.optional === false || (reference !== undefined && !('optional' in reference)))
        assert.ok(
          keys.get(reference.name)?.includes(reference.key),
          `${reference.name} has no ${reference.key}`,
        )
    }
  }
  for (const { name, secretKeys } of workerProcesses().filter((worker) => !isAdded(worker.name)))
    for (const key of secretKeys) assert.ok(keys.get(name)?.includes(key), `${name} has no ${key}`)
})
