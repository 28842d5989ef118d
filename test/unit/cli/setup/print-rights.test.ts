import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { setupCommand } from '../../../../cli/setup/command.ts'
import { printedRights } from '../../../../cli/setup/rights/print.ts'
import { rightsOfProcesses } from '../../../../cli/setup/rights/process-rights.ts'
import { consumers } from '../../../../consumers/index.ts'
import { createNames } from '../../../../schemas/topics.ts'
import { readPage } from '../../../helpers/records/markdown.ts'

interface Resource {
  apiVersion: string
  kind: string
  metadata: { name: string }
  spec: {
    topicName?: string
    partitions?: number
    config?: Record<string, string>
    authorization?: { acls: object[] }
  }
}

const resources = (text: string) => parseAllDocuments(text).map((document) => document.toJSON() as Resource)

test('the table of docs/kafka-rights.md has exactly these rights', () => {
  const rows = rightsOfProcesses(createNames(''), ['<worker>'], []).flatMap(({ process, rights }) =>
    rights.map(({ operations, resource, name, pattern }) => {
      const command = process === '<worker>' ? 'consumer <worker>' : process
      const shown = pattern === 'prefixed' ? `${name}*` : name
      return `| \`bridge ${command}\` | ${operations.join(', ')} | ${resource} | \`${shown}\` |`
    }),
  )
  const table = readPage('docs/kafka-rights.md')
    .split('\n')
    .filter((line) => line.startsWith('| `bridge'))
  assert.deepEqual(rows, table)
})

test('the commands name each user, operation and resource, with the prefix', () => {
  const text = printedRights('acls', { KAFKA_TOPIC_PREFIX: 'test.' }, {})
  assert.ok(
    text.includes(
      "acls --allow-principal 'User:gitlab-bridge-ingress' --operation Write --operation DescribeConfigs " +
        "--topic 'test.gitlab.' --resource-pattern-type prefixed\n",
    ),
    text,
  )
  for (const { name } of consumers) assert.ok(text.includes(`--group 'test.gitlab-bridge.${name}' `), name)
})

test('Strimzi gets a user for each process and every topic, with names that Kubernetes accepts', () => {
  const all = resources(printedRights('strimzi', { KAFKA_TOPIC_PARTITIONS: '12' }, {}))
  for (const { apiVersion, metadata } of all) {
    assert.equal(apiVersion, 'kafka.strimzi.io/v1')
    assert.match(metadata.name, /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/)
  }
  const named = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
  assert.equal(new Set(named).size, named.length)
  const issue = all.find(({ spec }) => spec.topicName === 'gitlab.confidential_issue')
  assert.equal(issue?.spec.partitions, 12)
  assert.equal(issue?.spec.config?.['min.insync.replicas'], '2')
  assert.equal(all.filter(({ kind }) => kind === 'KafkaUser').length, consumers.length + 4)
})

test('a subscriber reads only its topics, in groups of its name', () => {
  const options = { subscriber: 'ci-team', topics: 'push, merge_request' }
  const [user, ...others] = resources(printedRights('strimzi', {}, options))
  assert.deepEqual(others, [])
  const topic = (name: string) => ({
    resource: { type: 'topic', name, patternType: 'literal' },
    operations: ['Read', 'Describe'],
  })
  assert.deepEqual(user?.spec.authorization?.acls, [
    topic('gitlab.push'),
    topic('gitlab.merge_request'),
    { resource: { type: 'group', name: 'ci-team', patternType: 'prefix' }, operations: ['Read'] },
  ])
})

test('a wrong option is named', () => {
  const refused = (options: object) => () => printedRights('acls', {}, options)
  assert.throws(refused({ subscriber: 'ci' }), /needs --topics/)
  assert.throws(refused({ subscriber: "ci'; rm", topics: 'push' }), /--subscriber must be/)
  assert.throws(refused({ subscriber: 'ci', topics: 'pushes' }), /no event pushes/)
  for (const subscriber of ['gitlab', 'gitlab-bridge.audit-log'])
    assert.throws(refused({ subscriber, topics: 'push' }), /groups of the bridge/)
  assert.throws(refused({ topics: 'push' }), /--topics needs --subscriber/)
})

test('an empty name of a subscriber does not print the rights of our own processes', async () => {
  const args = ['--print', 'acls', '--subscriber', '', '--topics', 'push']
  await assert.rejects(setupCommand.parseAsync(args, { from: 'user' }), /--subscriber must be/)
})
