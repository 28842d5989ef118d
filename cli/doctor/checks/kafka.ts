import type { Environment } from '../../../lib/config.ts'
import { createKafkajsCluster } from '../../../lib/kafka/cluster.ts'
import { describeCluster } from '../../../lib/kafka/describe-topics.ts'
import type { Logger } from '../../../lib/logger.ts'
import { createKafkaClient, operatorTimeoutMs } from '../../clients.ts'
import { setUp } from '../../setup/set-up.ts'
import type { Finding } from '../finding.ts'

/** Whether brokers answer, how many there are, and what `bridge setup` would change. */
export const checkKafka = async (env: Environment): Promise<Finding[]> => {
  const { kafka } = createKafkaClient(env, 'doctor', operatorTimeoutMs)
  const cluster = createKafkajsCluster(kafka)
  try {
    await cluster.connect()
    const { brokers, controller } = await describeCluster(cluster)
    const addresses = brokers.map(({ host, port }) => `${host}:${port}`).join(', ')
    const found: Finding =
      controller < 0
        ? {
            check: 'brokers',
            state: 'problem',
            says: `The cluster has no controller (${addresses}).`,
            todo: 'look at the logs of the brokers: topics cannot be created and leaders cannot change',
          }
        : { check: 'brokers', state: 'ok', says: `${brokers.length} answer: ${addresses}.` }
    const [single] = brokers.length === 1 ? [singleBroker] : []
    return [found, ...(single === undefined ? [] : [single]), ...(await checkTopics(env))]
  } finally {
    await cluster.disconnect()
  }
}

const singleBroker: Finding = {
  check: 'brokers',
  state: 'warning',
  says: 'There is only one broker, so every record is on one disk.',
  todo: 'in production use at least three, with min.insync.replicas 2',
}

/** Runs `bridge setup --check`: rights, topics and their settings. */
const checkTopics = async (env: Environment): Promise<Finding[]> => {
  const findings: Finding[] = []
  const missing: string[] = []
  const note = (message: string, fields: Record<string, unknown> = {}): void => {
    if (message === 'setup would create a topic') return void missing.push(String(fields.topic))
    const details = Object.entries(fields).map(([name, value]) => `${name}=${value}`)
    const says = `${[message, ...details].join(' ')}.`
    findings.push({
      check: 'topics',
      state: 'warning',
      says,
      todo: 'run `bridge setup --check`, then decide',
    })
  }
  const logger = { error: note, warn: note, info: note, debug: () => undefined } as unknown as Logger
  await setUp(env, logger, undefined, { check: true })
  if (missing.length > 0)
    findings.push({
      check: 'topics',
      state: 'problem',
      says: `${missing.length} topics do not exist, such as ${missing[0]}.`,
      todo: 'run `bridge setup`',
    })
  return findings.length > 0
    ? findings
    : [{ check: 'topics', state: 'ok', says: 'All topics exist, with the wanted settings and rights.' }]
}
