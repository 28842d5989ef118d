// docs/own-cluster.md on three brokers with TLS, logins and access control lists: the commands of the page
// set everything up, and then each process runs with exactly the rights that were printed.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import kafkajs, { type AclEntry } from 'kafkajs'
import { eventually } from '../helpers/process/eventually.ts'
import { assertAccepted } from '../helpers/records/accepted.ts'
import { post, sample } from '../helpers/records/hooks.ts'
import { blocksOf, readPage } from '../helpers/records/markdown.ts'
import { kafkaName } from '../helpers/servers/rights-table.ts'
import { startSecuredCluster } from '../helpers/servers/secured-cluster.ts'
import { openSharedRegistry } from '../helpers/servers/shared-registry.ts'
import { openStack } from '../helpers/servers/stack.ts'
import { createTlsFiles } from '../helpers/servers/tls-files.ts'
import { withAdmin } from '../helpers/servers/with-admin.ts'

const processes = ['setup', 'ingress', 'push-author-log', 'event-feed', 'lag-exporter'] as const
const userOf = (process: string) => `gitlab-bridge-${process}`
const tls = await createTlsFiles()
const [cluster, schemaRegistryUrl] = await Promise.all([
  startSecuredCluster(processes.map(userOf), tls),
  openSharedRegistry(),
])
after(() => Promise.all([cluster.remove(), tls.maker.remove()]))
const stack = await openStack('own', { kafkaBrokers: cluster.brokers, schemaRegistryUrl, databaseUrl: '' })

const as = (process: (typeof processes)[number]) => ({
  KAFKA_BROKERS: cluster.securedBrokers,
  KAFKA_SSL: 'true',
  KAFKA_SSL_CA_FILE: tls.authority.certFile,
  KAFKA_SASL_MECHANISM: 'plain',
  KAFKA_SASL_USERNAME: userOf(process),
  KAFKA_SASL_PASSWORD: userOf(process),
  AUDIT_LOG_DATABASE_URL: '',
})

const folder = await stack.temporaryFolder()
/** A command that the page calls, found by its name in the folder. */
const provide = async (name: string, command: string) => {
  await writeFile(join(folder, name), `#!/bin/sh\n${command}\n`)
  await chmod(join(folder, name), 0o755)
}
await provide('bridge', `exec node ${fileURLToPath(new URL('../../cli/bridge.ts', import.meta.url))} "$@"`)
// Kafka's tool is not among the files that we download. This one notes what it is called with.
await provide('kafka-acls.sh', 'for each; do printf "%s\\t" "$each"; done >> acls.tsv; echo >> acls.tsv')

/** Runs one block of the page. @returns what it prints */
const runBlock = async (command: string): Promise<string> => {
  const block = blocksOf(readPage('docs/own-cluster.md')).find(({ text }) => text.startsWith(command))
  assert.ok(block, command)
  const env = { ...stack.env, ...as('setup'), PATH: `${folder}:${stack.env.PATH}`, BROKERS: '-', ADMIN: '-' }
  const { stdout, stderr } = await promisify(execFile)('sh', ['-ec', block.text], { cwd: folder, env })
  return stdout + stderr
}

const { AclPermissionTypes, AclOperationTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs

/** The entries that a call of `kafka-acls.sh` creates. */
const entriesOf = (call: string): AclEntry[] => {
  const words = call.split('\t')
  const after = (option: string) =>
    words.flatMap((word, index) => (word === option ? (words[index + 1] ?? '') : []))
  const [topic, group] = [after('--topic')[0], after('--group')[0]]
  assert.ok(words.includes('--add') && (topic === undefined) !== (group === undefined), call)
  const isPrefixed = after('--resource-pattern-type')[0] === 'prefixed'
  return after('--operation').map((operation) => ({
    principal: after('--allow-principal')[0] ?? '',
    host: '*',
    permissionType: AclPermissionTypes.ALLOW,
    operation: AclOperationTypes[kafkaName(operation)],
    resourceType: topic === undefined ? AclResourceTypes.GROUP : AclResourceTypes.TOPIC,
    resourceName: topic ?? group ?? '',
    resourcePatternType: isPrefixed ? ResourcePatternTypes.PREFIXED : ResourcePatternTypes.LITERAL,
  }))
}

test('the commands of the page create the rights, then the topics with three replicas', async () => {
  await assert.rejects(runBlock('bridge setup --check'), /refuses the user User:gitlab-bridge-setup/)
  await runBlock('bridge setup --print acls')
  const calls = (await readFile(join(folder, 'acls.tsv'), 'utf8')).trim().split('\n')
  await withAdmin(stack.kafka, (admin) => admin.createAcls({ acl: calls.flatMap(entriesOf) }))
  await eventually(async () => {
    assert.match(await runBlock('bridge setup --check'), /setup would create a topic|the topics are set up/)
  })
  await withAdmin(stack.kafka, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata()
    const ours = topics.filter(({ name }) => name.startsWith(stack.prefix))
    assert.ok(ours.length > 50)
    for (const { name, partitions } of ours)
      for (const { replicas, isr } of partitions) {
        assert.equal(replicas.length, 3, name)
        assert.ok(isr.length >= 2, name)
      }
    const resources = [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: stack.names.topic('push') }]
    const described = await admin.describeConfigs({ includeSynonyms: false, resources })
    const settings = described.resources[0]?.configEntries
    assert.equal(settings?.find(({ configName }) => configName === 'min.insync.replicas')?.configValue, '2')
  })
})

test('every process runs with its rights alone, and a hook goes all the way', async () => {
  const [ingress, worker, feed, exporter] = await Promise.all([
    stack.startIngress(as('ingress')),
    stack.startReady(['consumer', 'push-author-log'], as('push-author-log')),
    stack.startReady(['consumer', 'event-feed'], { ...as('event-feed'), EVENT_FEED_PORT: '0' }),
    stack.startReady(['lag-exporter'], as('lag-exporter')),
  ])
  const { status, body } = await post(ingress.hookUrl, sample('push'), { 'x-gitlab-event': 'Push Hook' })
  assertAccepted(body, 'push', status)
  await worker.eventually(async () => {
    const metrics = await (await fetch(worker.metricsUrl)).text()
    assert.match(metrics, /consumer_handled_total\{[^}]*event="push"[^}]*outcome="processed"[^}]*\} 1/)
  })
  for (const { lines } of [ingress, worker, feed, exporter])
    assert.doesNotMatch(lines.join('\n'), /refuses the user|"level":"error"/)
})
