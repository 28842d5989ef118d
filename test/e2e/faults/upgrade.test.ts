// A rolling upgrade under load, as docs/backup.md describes it: the processes of an older version are
// replaced one after the other while hooks arrive. BRIDGE_TEST_UPGRADE_FROM names another version to begin
// with.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { allocatorEnvironment } from '../../../local/process/node-options.ts'
import { assertNoLoss } from '../../helpers/faults/no-loss-check.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { freePorts } from '../../helpers/process/free-ports.ts'
import { type NodeProcess, startNodeProcess } from '../../helpers/process/node-process.ts'
import { checkOutOlder } from '../../helpers/process/older-bridge.ts'
import { markedBody } from '../../helpers/records/marked-body.ts'
import { type PostedHook, postHook } from '../../helpers/records/post-hook.ts'
import { readIndependently } from '../../helpers/records/read-independently.ts'
import { queryOnce } from '../../helpers/servers/query-once.ts'
import { startServers } from '../../helpers/servers/servers.ts'
import { openSharedRegistry } from '../../helpers/servers/shared-registry.ts'
import { openStack, secretToken } from '../../helpers/servers/stack.ts'

/** The last release, and a commit of it for clones without tags. Each release changes them. */
const lastRelease = ['v0.1.1', 'b7f6934']
const wanted = process.env.BRIDGE_TEST_UPGRADE_FROM

const servers = await startServers(['kafka', 'postgres'])
after(() => servers.remove())
const schemaRegistryUrl = await openSharedRegistry()
const stack = await openStack('upgrade', { ...servers, schemaRegistryUrl })
const folder = await stack.temporaryFolder()
const older = await checkOutOlder(join(folder, 'older'), wanted === undefined ? lastRelease : [wanted])
const skip = 'missing' in older ? older.missing : false
const newer = fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url))

const env = {
  ...allocatorEnvironment,
  ...stack.env,
  DATABASE_URL: stack.databaseUrl,
  INGRESS_DRAIN_SECONDS: '3',
}
const start = async (entry: string, args: readonly string[], own: Environment = {}): Promise<NodeProcess> => {
  const name = `${entry === newer ? 'new' : 'old'} bridge ${args.join(' ')}`
  const child = await startNodeProcess({ name, entry, args, env: { ...env, ...own }, cwd: folder })
  after(() => child.stop(15_000))
  return child
}
const setUp = async (entry: string) =>
  await eventually(async () => {
    const { exited, lines } = await start(entry, ['setup'])
    assert.equal((await exited).code, 0, lines.join('\n'))
  })

/** An ingress at a fixed address. Its version can be replaced; its folder stays. */
const createIngress = (port: number) => {
  const own = { INGRESS_PORT: `${port}`, INGRESS_SPOOL_DIR: join(folder, `spool-${port}`) }
  let current: { process: NodeProcess; operations: string } | undefined
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    start: async (entry: string) => {
      const process = await start(entry, ['ingress'], own)
      current = { process, operations: (await process.ready()).metricsUrl.replace('/metrics', '') }
    },
    stop: async () => await current?.process.stop(30_000),
    /** What a load balancer asks before it sends a hook. */
    isReady: async () => {
      if (current === undefined) return false
      const answer = await fetch(`${current.operations}/readyz`).catch(() => undefined)
      return answer?.status === 200
    },
  }
}
type Ingress = ReturnType<typeof createIngress>

/**
 * Posts hooks of some projects until it is stopped: of each project one after the other, to an ingress that
 * is ready, in turn.
 */
const startLoad = (ingresses: readonly Ingress[], projects: number) => {
  const posted: PostedHook[][] = Array.from({ length: projects }, () => [])
  let stopped = false
  let turn = 0
  const postOne = async (project: number): Promise<PostedHook> => {
    const id = randomUUID()
    for (;;) {
      turn += 1
      const ingress = ingresses[turn % ingresses.length] as Ingress
      if (await ingress.isReady()) {
        const answer = await postHook(
          ingress.url,
          secretToken,
          id,
          markedBody(id, 0, { project_id: 100 + project }),
        )
        if (answer !== 'refused') return answer
      }
      await sleep(20)
    }
  }
  const posting = posted.map(async (answers, project) => {
    while (!stopped) {
      answers.push(await postOne(project))
      await sleep(50)
    }
  })
  const count = () => posted.reduce((sum, answers) => sum + answers.length, 0)
  return {
    posted,
    untilFurther: async (further: number) => {
      const target = count() + further
      await eventually(() => assert.ok(count() >= target))
    },
    stop: async () => {
      stopped = true
      await Promise.all(posting)
    },
  }
}

test('processes are replaced one after the other under load, and no hook is lost', { skip }, async (t) => {
  if ('missing' in older) return
  t.diagnostic(`from ${older.revision}`)
  await setUp(older.entry)
  const ingresses = (await freePorts(2)).map(createIngress)
  for (const ingress of ingresses) await ingress.start(older.entry)
  const names = ['audit-log', 'push-author-log']
  const workers = new Map<string, NodeProcess>()
  for (const name of names) workers.set(name, await start(older.entry, ['consumer', name]))
  for (const worker of workers.values()) await worker.ready()

  const load = startLoad(ingresses, 4)
  await load.untilFurther(20)
  await setUp(newer)
  await load.untilFurther(10)
  for (const name of names) {
    await workers.get(name)?.stop(30_000)
    await (await start(newer, ['consumer', name])).ready()
    await load.untilFurther(10)
  }
  for (const ingress of ingresses) {
    await ingress.stop()
    await load.untilFurther(10)
    await ingress.start(newer)
    await load.untilFurther(20)
  }
  await load.stop()

  const posted = load.posted.flat()
  assert.deepEqual(
    posted.filter(({ status }) => status !== 200 && status !== 202),
    [],
  )
  const read = (topics: readonly string[]) =>
    readIndependently(servers.kafkaBrokers, schemaRegistryUrl, topics)
  const counts = await eventually(() => assertNoLoss({ read }, posted, 60_000))
  t.diagnostic(JSON.stringify(counts))

  const topics = [...new Set(posted.flatMap(({ topic }) => topic ?? []))]
  const found = await read(topics)
  for (const answers of load.posted) {
    // A spooled hook is published later, so it may lie behind the next hook, which another ingress took.
    const ids = answers.filter(({ status }) => status === 200).map(({ id }) => id)
    const places = new Map(found.map(({ marker, offset }) => [marker, offset] as const).reverse())
    const offsets = ids.map((id) => places.get(id) ?? -1)
    assert.deepEqual(
      offsets,
      offsets.toSorted((a, b) => a - b),
      'the hooks of a project are in order',
    )
  }
  await eventually(async () => {
    const rows = await queryOnce(stack.databaseUrl, 'select distinct delivery_id from audit_log.events')
    assert.equal(rows.length, posted.length)
  })
})
