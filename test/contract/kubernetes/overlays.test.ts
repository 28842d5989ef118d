import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { sections } from '../../../cli/config/sections.ts'
import { logFollowers } from '../../../consumers/workers.ts'
import { isSecret, readVariables } from '../../../lib/config.ts'
import { kafkaVariables } from '../../../lib/kafka/client.ts'
import { containerOf, isWorkload, type Manifest } from '../../helpers/kubernetes/manifest.ts'
import { readText, renderOverlay } from '../../helpers/kubernetes/read-manifests.ts'
import { schemaProblems } from '../../helpers/kubernetes/schema-problems.ts'

const overlays = ['one-gitlab', 'several-gitlabs']
const schemas = new Map(sections.flatMap(({ variables }) => Object.entries(variables.shape)))

const settingsOf = (overlay: string): Map<string, string> =>
  new Map(
    readText(`overlays/${overlay}/settings.env`)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const),
  )

for (const overlay of overlays)
  test(`the settings of ${overlay} are variables of the bridge, and none is a secret`, () => {
    const settings = settingsOf(overlay)
    assert.ok(settings.size > 3)
    for (const variable of settings.keys()) {
      const secret = schemas.get(variable.replace(/_FILE$/, ''))
      const isFileOfSecret = !schemas.has(variable) && secret !== undefined && isSecret(secret)
      const schema = schemas.get(variable)
      assert.ok(isFileOfSecret || (schema !== undefined && !isSecret(schema)), variable)
    }
  })

test('the settings for Kafka are valid', () => {
  const settings = settingsOf('one-gitlab')
  settings.set('KAFKA_SASL_PASSWORD', 'password')
  assert.equal(readVariables(kafkaVariables, Object.fromEntries(settings)).KAFKA_BROKERS.length, 3)
})

test('BRIDGE_WORKERS names the workers of the overlay, but not those without a consumer group', () => {
  const { components } = parse(readText('overlays/one-gitlab/kustomization.yaml')) as { components: string[] }
  const workers = components
    .filter((component) => component.startsWith('../../workers/'))
    .map((component) => component.slice('../../workers/'.length))
    .filter((worker) => logFollowers.every(({ name }) => name !== worker))
  assert.equal(settingsOf('one-gitlab').get('BRIDGE_WORKERS'), workers.join())
})

test('every file of a variable below /config is in the overlay', () => {
  const { configMapGenerator } = parse(readText('overlays/several-gitlabs/kustomization.yaml')) as {
    configMapGenerator: { name: string; files?: string[] }[]
  }
  const files = configMapGenerator.flatMap((generator) => generator.files ?? [])
  for (const value of settingsOf('several-gitlabs').values())
    if (value.startsWith('/config/')) assert.ok(files.includes(value.replace('/config/', 'files/')), value)
})

for (const folder of ['overlays/one-gitlab', 'overlays/several-gitlabs', 'drain-claim'])
  test(`kustomize builds ${folder}, and the result is valid`, async (t) => {
    const rendered = await renderOverlay(folder)
    if (rendered === undefined) return t.skip('neither kustomize nor kubectl is installed')
    for (const manifest of rendered) assert.deepEqual(schemaProblems(manifest), [], manifest.metadata.name)
    for (const { kind, metadata } of rendered)
      assert.equal(
        metadata.namespace,
        kind === 'Namespace' ? undefined : 'gitlab-kafka-bridge',
        metadata.name,
      )
    const workloads = rendered.filter(isWorkload)
    assert.ok(workloads.length > 0)
    for (const workload of workloads)
      assert.match(containerOf(workload).image, /^registry\.example\.com\/gitlab-kafka-bridge:/)
    if (folder !== 'drain-claim') assertStep(rendered)
  })

/** What `kubectl apply -k … -l gitlab-kafka-bridge/step=setup` sends. */
const assertStep = (rendered: readonly Manifest[]): void => {
  const first = rendered.filter(({ metadata }) => metadata.labels?.['gitlab-kafka-bridge/step'] === 'setup')
  const kinds = new Set(first.map(({ kind }) => kind))
  assert.deepEqual([...kinds].sort(), ['ConfigMap', 'Job', 'Namespace', 'NetworkPolicy', 'ServiceAccount'])
  const policies = first.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name)
  assert.deepEqual(policies.sort(), ['database', 'default-deny', 'dns', 'kafka', 'registry'])
  const settings = rendered.find(({ metadata }) => metadata.name === 'settings')
  assert.ok(settings?.data?.KAFKA_BROKERS !== undefined)
}
