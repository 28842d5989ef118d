// A fault of one topic, with real servers:
// its hooks wait on disk and keep their order, and all other hooks are published
// as before. leader.test.ts has the fault that needs several brokers.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import kafkajs from 'kafkajs'
import { concludeAllAnswered, drain, killAndWait } from '../../helpers/faults/fault-suite.ts'
import {
  assertOthersArePublished,
  assertSurvives,
  startTopicLoad,
  untilRecovered,
} from '../../helpers/faults/topic-fault.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { deleteTopics } from '../../helpers/servers/delete-topics.ts'
import { type IngressStack, openIngressStack } from '../../helpers/servers/ingress-stack.ts'
import { startKafkaWithAcls } from '../../helpers/servers/kafka-with-acls.ts'
import { openSharedRegistry } from '../../helpers/servers/shared-registry.ts'
import { withAdmin } from '../../helpers/servers/with-admin.ts'

const [kafka, registryUrl] = await Promise.all([startKafkaWithAcls(), openSharedRegistry()])
const stacks: IngressStack[] = []
// One hook, because the test runner runs its hooks in the order in which they were registered.
after(async () => {
  for (const stack of stacks) await stack.close()
  await kafka.remove()
})

/** Topics of its own for each test, on the same servers. */
const openStack = async (): Promise<IngressStack> => {
  const stack = await openIngressStack(kafka.brokers, registryUrl)
  stacks.push(stack)
  await stack.setUp()
  return stack
}

const deletePushTopic = ({ kafka: client, names }: IngressStack) =>
  withAdmin(client, (admin) => deleteTopics(admin, [names.topic('push')]))

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs
type Operation = 'WRITE' | 'ALL'

/** Access control lists of the push topic, for everybody. */
const accessTo = ({ kafka: client, names }: IngressStack) => {
  const common = {
    principal: 'User:ANONYMOUS',
    host: '*',
    resourceType: AclResourceTypes.TOPIC,
    resourceName: names.topic('push'),
    resourcePatternType: ResourcePatternTypes.LITERAL,
  }
  const allowAll = {
    ...common,
    operation: AclOperationTypes.ALL,
    permissionType: AclPermissionTypes.ALLOW,
  }
  const any = { ...common, operation: AclOperationTypes.ANY, permissionType: AclPermissionTypes.ANY }
  return {
    deny: (operation: Operation) => {
      const denial = {
        ...common,
        operation: AclOperationTypes[operation],
        permissionType: AclPermissionTypes.DENY,
      }
      return withAdmin(client, (admin) => admin.createAcls({ acl: [allowAll, denial] }))
    },
    reset: () => withAdmin(client, (admin) => admin.deleteAcls({ filters: [any] })),
  }
}

for (const operation of ['WRITE', 'ALL'] as const) {
  test(`hooks of a topic wait on disk while an access control list denies ${operation} on it`, async (t) => {
    const stack = await openStack()
    const { deny, reset } = accessTo(stack)
    await assertSurvives(t, stack, {
      begin: () => deny(operation),
      end: reset,
      hooks: 'from the start',
    })
  })
}

test('hooks of a topic wait on disk while the topic is deleted, until setup creates it again', async (t) => {
  const stack = await openStack()
  await assertSurvives(t, stack, {
    begin: () => deletePushTopic(stack),
    end: () => eventually(() => stack.setUp()),
    hooks: 'when the fault has begun',
  })
})

test('an ingress that starts while a topic is missing finds the hooks that wait for it', async (t) => {
  const stack = await openStack()
  await deletePushTopic(stack)
  const env = { INGRESS_SPOOL_DIR: await stack.folder() }
  const first = await stack.start(env)
  const load = startTopicLoad(first)
  await assertOthersArePublished(first, load)
  await load.stop()
  const waiting = await first.metric('ingress_spool_records')
  await killAndWait(first)

  const second = await stack.start(env)
  // For a moment the spool also holds the time between the two processes, which the ingress reports.
  await eventually(async () => assert.equal(await second.metric('ingress_spool_records'), waiting))
  const loadOfSecond = startTopicLoad(second)
  await assertOthersArePublished(second, loadOfSecond)
  await eventually(() => stack.setUp())
  await untilRecovered(second)
  await drain(second, loadOfSecond)
  await concludeAllAnswered(t, stack, [...load.posted, ...loadOfSecond.posted])
  await second.stop(15_000)
})
