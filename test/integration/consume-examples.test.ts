import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { compileExample } from '../helpers/process/java.ts'
import { pythonWith } from '../helpers/process/python.ts'
import { post, pushOf, sample } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('examples')
const example = (path: string) => fileURLToPath(new URL(`../../examples/${path}`, import.meta.url))

/** What an example prints for each record. */
interface Line {
  key: string
  event: string
  delivery: string
  time: string
  ref: string
  user_username: string | null
  commits: number
}

const sent = ['push', 'push_created', 'push_deleted', 'push_system_old', 'tag_push'].map(sample)
sent.push(pushOf(7919, { user_username: 'Ægir "月"', ref: 'refs/heads/größe' }))

let expected: Line[]
before(async () => {
  await stack.setUp()
  const { hookUrl } = await stack.startIngress()
  for (const body of sent) assert.equal((await post(hookUrl, body)).body.outcome, 'published')
  const records = [...(await recordsOf(stack, 'push')), ...(await recordsOf(stack, 'tag_push'))]
  expected = records.map(({ key, value: { delivery, ref, user_username, commits } }) => ({
    key: String(key),
    event: delivery.event_type,
    delivery: delivery.id,
    time: new Date(delivery.received_at).toISOString(),
    ref,
    user_username,
    commits: commits.length,
  }))
})

const languages: Record<string, () => Promise<string[]>> = {
  TypeScript: async () => [process.execPath, example('typescript/consume.ts')],
  Python: async () => [await pythonWith(example('python/requirements.txt')), example('python/consume.py')],
  Java: async () =>
    compileExample(example('java/Consume.java'), example('java/pom.xml'), await stack.temporaryFolder()),
}

/** They run side by side, because most of their time they wait for their group and for further records. */
suite('an example for readers', { concurrency: true }, () => {
  for (const [language, prepare] of Object.entries(languages)) {
    test(`in ${language} prints every push once`, async () => {
      const [command = '', ...args] = await prepare()
      const print = async (records: number, seconds: number) => {
        const { PATH, HOME } = process.env
        const { KAFKA_BROKERS, SCHEMA_REGISTRY_URL, KAFKA_TOPIC_PREFIX } = stack.env
        const env = { PATH, HOME, KAFKA_BROKERS, SCHEMA_REGISTRY_URL, KAFKA_TOPIC_PREFIX }
        const { stdout } = await promisify(execFile)(command, [...args, String(records), String(seconds)], {
          env,
          timeout: 90_000,
        })
        return stdout.split('\n').filter(Boolean).map(lineOf)
      }
      const first = await print(2, 60)
      assert.equal(first.length, 2)
      const second = await print(sent.length - 2, 60)
      assert.deepEqual(byDelivery([...first, ...second]), byDelivery(expected))
      assert.deepEqual(await print(1, 5), [], 'it ends when its time is up, and begins where it ended')
    })
  }
})

const byDelivery = (lines: readonly Line[]): Line[] =>
  lines.toSorted((a, b) => a.delivery.localeCompare(b.delivery))

/** Every language has its own way to write the same moment. */
const lineOf = (text: string): Line => {
  const line = JSON.parse(text) as Line
  return { ...line, time: new Date(line.time).toISOString() }
}
