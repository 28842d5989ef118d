// What every pod of deploy/kubernetes must be.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { processNames, sectionsOfProcess } from '../../../cli/config/process-sections.ts'
import { sections } from '../../../cli/config/sections.ts'
import { workers } from '../../../consumers/workers.ts'
import { ingressVariables } from '../../../ingress/config.ts'
import { isSecret } from '../../../lib/config.ts'
import { containerOf, isWorkload, type Probe, type Workload } from '../../helpers/kubernetes/manifest.ts'
import { readManifests } from '../../helpers/kubernetes/read-manifests.ts'

const workloads = [...readManifests().values()].flat().filter(isWorkload)
const named = (name: string): Workload =>
  workloads.find(({ metadata }) => metadata.name === name) ?? assert.fail(`there is no workload ${name}`)
const runs = workloads.filter(({ kind }) => kind !== 'Job')

test('there is a workload for the ingress, for setup, for the lag exporter and for each worker', () => {
  const expected = ['ingress', 'setup', 'lag-exporter', 'drain-claim', ...workers.map(({ name }) => name)]
  assert.deepEqual(workloads.map(({ metadata }) => metadata.name).sort(), expected.sort())
})

for (const workload of workloads)
  test(`${workload.metadata.name} fulfils the Pod Security Standard "restricted"`, () => {
    const { spec } = workload.spec.template
    const { hostNetwork, hostPID, hostIPC, securityContext, initContainers = [], volumes } = spec
    assert.deepEqual(
      [hostNetwork, hostPID, hostIPC, initContainers.length],
      [undefined, undefined, undefined, 0],
    )
    assert.equal(securityContext.runAsNonRoot, true)
    assert.equal(securityContext.runAsUser, 1000)
    assert.equal(securityContext.seccompProfile?.type, 'RuntimeDefault')
    const { securityContext: own, ports = [], volumeMounts } = containerOf(workload)
    assert.equal(own?.allowPrivilegeEscalation, false)
    assert.notEqual(own?.privileged, true)
    assert.deepEqual(own?.capabilities, { drop: ['ALL'] })
    assert.ok(ports.every(({ hostPort }) => hostPort === undefined))
    const kinds = ['name', 'secret', 'configMap', 'emptyDir', 'persistentVolumeClaim']
    for (const volume of volumes) assert.ok(Object.keys(volume).every((key) => kinds.includes(key)))
    // The standard does not ask for these.
    assert.equal(own?.readOnlyRootFilesystem, true)
    assert.equal(spec.automountServiceAccountToken, false)
    const templates = workload.spec.volumeClaimTemplates ?? []
    const known = [...volumes.map(({ name }) => name), ...templates.map(({ metadata }) => metadata.name)]
    assert.deepEqual(volumeMounts.map(({ name }) => name).sort(), known.sort())
  })

for (const workload of runs)
  test(`${workload.metadata.name} is probed on its operations port`, () => {
    const { startupProbe, livenessProbe, readinessProbe, ports = [] } = containerOf(workload)
    const operations = ports.find(({ name }) => name === 'operations')
    assert.ok(operations !== undefined)
    const pathOf = (probe: Probe | undefined) => `${probe?.httpGet?.port}${probe?.httpGet?.path}`
    assert.deepEqual([startupProbe, livenessProbe, readinessProbe].map(pathOf), [
      'operations/livez',
      'operations/livez',
      'operations/readyz',
    ])
    assert.equal(variableOf(workload, 'METRICS_PORT'), String(operations.containerPort))
  })

test('the ports are those of the processes', () => {
  for (const { name, metricsPort } of workers)
    assert.equal(variableOf(named(name), 'METRICS_PORT'), String(metricsPort))
  assert.equal(variableOf(named('ingress'), 'METRICS_PORT'), '9464')
  assert.equal(variableOf(named('lag-exporter'), 'METRICS_PORT'), '9474')
})

test('each process is given only variables that it reads, and no secret as a value', () => {
  for (const workload of workloads) {
    const { name } = workload.metadata
    const process = processNames.includes(name) ? name : 'ingress'
    const callsDatabase = ['setup', ...workers.map((worker) => worker.name)].includes(name)
    const read = [...sectionsOfProcess(process), ...(callsDatabase ? ['database'] : [])]
    const variables = sections.filter((section) => read.includes(section.name))
    const schemas = new Map(variables.flatMap((section) => Object.entries(section.variables.shape)))
    for (const { name: variable, value } of containerOf(workload).env ?? []) {
      const schema = schemas.get(variable) ?? schemas.get(variable.replace(/_FILE$/, ''))
      assert.ok(schema !== undefined, `${name} does not read ${variable}`)
      const isFile = !schemas.has(variable)
      assert.ok(!isSecret(schema) || isFile || value === undefined, `${name}: ${variable} is a secret`)
    }
  }
})

test('the memory that a process requests is what it was seen to use', () => {
  const mebibytes = (text = '') => Number(/^(\d+)Mi$/.exec(text)?.[1] ?? Number.parseInt(text, 10) * 1024)
  for (const workload of workloads) {
    const { requests, limits } = containerOf(workload).resources
    const [request, limit] = [mebibytes(requests.memory), mebibytes(limits.memory)]
    assert.ok(request >= 100 && request < limit, workload.metadata.name)
    assert.equal(limits.cpu, undefined, 'a limit of CPU makes answers late')
    assert.ok(requests.cpu !== undefined)
  }
})

const seconds = (text: string | undefined) => Number(text ?? Number.NaN)

/** `runUntilStopped` ends every process after this time. */
const stopLimitSeconds = 25

test('a pod gets more time to stop than its process needs', () => {
  for (const workload of runs) {
    const command = containerOf(workload).lifecycle?.preStop?.exec?.command ?? []
    const waits = command.length === 0 ? 0 : seconds(command[command.indexOf('--timeout') + 1])
    const { terminationGracePeriodSeconds } = workload.spec.template.spec
    assert.ok(terminationGracePeriodSeconds > waits + stopLimitSeconds, workload.metadata.name)
  }
  const wait = containerOf(named('ingress')).lifecycle?.preStop?.exec?.command
  assert.deepEqual(wait, ['bridge', 'spool', 'wait', '--timeout', '60'])
})

test('the volume of the spool outlives its pod and has room for the largest spool', () => {
  const { spec } = named('ingress')
  assert.deepEqual(spec.persistentVolumeClaimRetentionPolicy, { whenDeleted: 'Retain', whenScaled: 'Retain' })
  const storage = spec.volumeClaimTemplates?.[0]?.spec.resources.requests.storage
  assert.equal(storage, '2Gi')
  const largest = ingressVariables.shape.INGRESS_SPOOL_MAX_BYTES.parse(undefined)
  assert.ok(largest * 1.25 + 64 * 2 ** 20 < 2 * 2 ** 30)
  const mount = containerOf(named('ingress')).volumeMounts.find(({ name }) => name === 'spool')
  // BRIDGE_DATA_DIR of the image.
  assert.equal(mount?.mountPath, '/var/lib/gitlab-bridge')
  for (const { kind, spec: other, metadata } of workloads)
    if (kind === 'StatefulSet')
      assert.equal(other.persistentVolumeClaimRetentionPolicy?.whenDeleted, 'Retain', metadata.name)
})

const variableOf = (workload: Workload, variable: string): string | undefined =>
  containerOf(workload).env?.find(({ name }) => name === variable)?.value
