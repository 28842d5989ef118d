// Outages of every kind, with real servers: the hooks of one project lie in the log in the order in which
// they were received. `npm run test:soak` runs twenty outages of each kind, of 1 to 15 s.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { readLog } from '../../../lib/kafka/log-reader.ts'
import { type KafkaProxy, startKafkaProxy } from '../../helpers/faults/kafka-proxy.ts'
import { isSoak } from '../../helpers/faults/outage.ts'
import { type IngressProcess, untilDrained } from '../../helpers/process/ingress-process.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { type PostedHook, postHook } from '../../helpers/records/post-hook.ts'
import { limitTopicBytes } from '../../helpers/servers/alter-topics.ts'
import { openIngressStack, token } from '../../helpers/servers/ingress-stack.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { openSharedRegistry } from '../../helpers/servers/shared-registry.ts'

const servers = await startServers(['kafka'])
after(() => servers.remove())
const registryUrl = await openSharedRegistry()
const stack = await openIngressStack(servers.kafkaBrokers, registryUrl)
after(() => stack.close())
await stack.setUp()

/** Larger bodies go in chunks. */
const maxMessageBytes = 600_000
await limitTopicBytes(stack.kafka, [stack.names.topic('push'), stack.names.rawChunksTopic], maxMessageBytes)

/** Most bodies are small. Some are parsed apart from the others, and some are published in chunks. */
const paddingOf = (number: number): string => {
  if (number % 7 === 3) return randomBytes(350_000).toString('hex')
  return number % 5 === 2 ? randomBytes(135_000).toString('hex') : ''
}

/** Posts ten hooks of one project in a second, without waiting for their answers, until it is stopped. */
const startProject = (ingress: IngressProcess, projectId: number) => {
  const posting: Promise<PostedHook | 'refused'>[] = []
  const timer = setInterval(() => {
    const id = `${projectId}-${posting.length}`
    const padding = paddingOf(posting.length)
    posting.push(postHook(ingress.hookUrl, token, id, markedBody(id, 0, { project_id: projectId, padding })))
  }, 100)
  return {
    stop: async () => {
      clearInterval(timer)
      return Promise.all(posting)
    },
  }
}

/** The hooks of a project as they lie in the log, each where it lies first. */
const readFirstOccurrences = async (projectId: number) => {
  const registry = new SchemaRegistry({ host: registryUrl })
  const signal = AbortSignal.timeout(isSoak ? 600_000 : 120_000)
  const topics = [stack.names.topic('push')]
  const first = new Map<string, number>()
  for await (const { key, value } of readLog(stack.kafka, { topics, from: 'beginning', to: 'now', signal })) {
    if (key?.toString() !== `${projectId}`) continue
    const { delivery } = (await registry.decode(value ?? Buffer.alloc(0))) as {
      delivery: { id: string; received_at: number }
    }
    if (!first.has(delivery.id)) first.set(delivery.id, Number(delivery.received_at))
  }
  return [...first].map(([id, receivedAt]) => ({ id, receivedAt }))
}

const outages: Readonly<Record<string, (proxy: KafkaProxy, lastsMs: number) => Promise<void>>> = {
  refused: async (proxy, lastsMs) => {
    await proxy.refuse()
    await sleep(lastsMs)
    await proxy.accept()
  },
  frozen: async (proxy, lastsMs) => {
    proxy.freeze()
    await sleep(lastsMs)
    proxy.thaw()
  },
  reset: async (proxy, lastsMs) => {
    for (const until = performance.now() + lastsMs; performance.now() < until; await sleep(150))
      proxy.resetConnections()
  },
  slow: async (proxy, lastsMs) => {
    proxy.delayAnswers(2500)
    await sleep(lastsMs)
    proxy.delayAnswers(0)
  },
}
const seconds = isSoak ? Array.from({ length: 20 }, (_, index) => 1 + (index % 15)) : [5, 9]

// Twenty outages of four ingresses at once would be a test of the machine.
describe('no hook of a project overtakes an older one', { concurrency: !isSoak }, () => {
  for (const [index, [kind, breakBrokers]] of Object.entries(outages).entries())
    test(`while the brokers are ${kind}`, async (t) => {
      const proxy = await startKafkaProxy(servers.kafkaBrokers)
      t.after(() => proxy.close())
      const ingress = await stack.start({
        KAFKA_BROKERS: proxy.address,
        INGRESS_SPOOL_DIR: await stack.folder(),
      })
      await untilDrained(ingress)
      const projectId = 5000 + index
      const project = startProject(ingress, projectId)
      t.after(project.stop)
      for (const lastsSeconds of seconds) {
        await sleep(1000)
        await breakBrokers(proxy, lastsSeconds * 1000)
        await sleep(2000)
        await untilDrained(ingress)
      }
      const posted = await project.stop()
      await untilDrained(ingress)

      const found = await readFirstOccurrences(projectId)
      const overtaken = found.filter(
        ({ receivedAt }, place) => receivedAt < (found[place - 1]?.receivedAt ?? 0),
      )
      const statuses = Map.groupBy(posted, (hook) => (hook === 'refused' ? hook : hook.status))
      const counts = [...statuses].map(([status, hooks]) => `${hooks.length} x ${status}`).join(', ')
      // A large body whose key is known too late loses its place, and so does a hook for which the disk is
      // too slow. This is counted.
      const lostPlaces = await ingress.metric('ingress_places_lost_total')
      t.diagnostic(`${kind}: ${counts}, ${overtaken.length} out of order, ${lostPlaces} places lost`)
      assert.ok(overtaken.length <= lostPlaces, JSON.stringify({ overtaken, lostPlaces }))
      assert.equal(new Set(found.map(({ id }) => id)).size, posted.length, 'every hook is in the log')
      assert.deepEqual(
        [...statuses.keys()].filter((status) => status !== 200 && status !== 202),
        [],
      )
      if (kind !== 'reset') assert.ok(statuses.has(202), 'some hooks had to be spooled')
    })
})
