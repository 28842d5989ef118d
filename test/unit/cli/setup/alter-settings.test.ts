import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alterSettings, type SettingsAdmin } from '../../../../cli/setup/alter-settings.ts'
import { refusedPlan } from '../../../../cli/setup/refused-plan.ts'
import { readVariables } from '../../../../lib/config.ts'
import { createKafka, kafkaVariables } from '../../../../lib/kafka/client.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'

type Refused = Readonly<Record<string, string>>

/** An admin client whose error is, as that of kafkajs, the one of the first topic, without its name. */
const fakeAdmin = (refused: Refused, refusedAlone = refused) => {
  const asked: string[] = []
  const alterConfigs: SettingsAdmin['alterConfigs'] = async ({ validateOnly, resources }) => {
    const names = resources.map(({ name }) => name)
    asked.push(`${validateOnly ? 'check' : 'alter'} ${names.join(' ')}`)
    const types = validateOnly ? refusedAlone : refused
    const type = names.map((name) => types[name]).find((each) => each !== undefined)
    if (type !== undefined) throw Object.assign(new Error(`the error ${type}`), { type })
  }
  return { asked, admin: { alterConfigs } }
}

const configs = new Map(['issue', 'push', 'note'].map((event) => [`gitlab.${event}`, { a: '1' }]))
const all = 'gitlab.issue gitlab.push gitlab.note'
const kafka = createKafka(
  readVariables(kafkaVariables, { KAFKA_BROKERS: 'kafka:9092' }),
  'test',
  recordingLogger().logger,
)

const failureOf = (admin: SettingsAdmin): Promise<unknown> =>
  alterSettings(admin, configs).then(
    () => assert.fail('nothing was refused'),
    (error: unknown) => error,
  )

test('all settings are changed by one request', async () => {
  const { asked, admin } = fakeAdmin({})
  await alterSettings(admin, configs)
  assert.deepEqual(asked, [`alter ${all}`])
})

test('only the topics whose change was refused are named, and asking for them changes nothing', async () => {
  const denied = fakeAdmin({ 'gitlab.push': 'TOPIC_AUTHORIZATION_FAILED' })
  assert.match(
    String(refusedPlan(kafka, await failureOf(denied.admin))?.message),
    /: AlterConfigs on the topic gitlab\.push\. /,
  )
  assert.deepEqual(denied.asked, [`alter ${all}`, ...all.split(' ').map((topic) => `check ${topic}`)])

  const forbidden = fakeAdmin({ 'gitlab.issue': 'POLICY_VIOLATION', 'gitlab.note': 'POLICY_VIOLATION' })
  assert.match(
    String(refusedPlan(kafka, await failureOf(forbidden.admin))?.message),
    /^Kafka refuses the topics gitlab\.issue, gitlab\.note: the error POLICY_VIOLATION /,
  )
})

test('an outage, and a refusal that has ended meanwhile, leave setup another attempt', async () => {
  const away = fakeAdmin({ 'gitlab.push': 'REQUEST_TIMED_OUT' })
  assert.equal(refusedPlan(kafka, await failureOf(away.admin)), undefined)
  assert.deepEqual(away.asked, [`alter ${all}`])

  const awayLater = fakeAdmin(
    { 'gitlab.push': 'POLICY_VIOLATION' },
    { 'gitlab.issue': 'REQUEST_TIMED_OUT', 'gitlab.push': 'POLICY_VIOLATION' },
  )
  assert.equal(refusedPlan(kafka, await failureOf(awayLater.admin)), undefined)

  const ended = fakeAdmin({ 'gitlab.push': 'TOPIC_AUTHORIZATION_FAILED' }, {})
  assert.equal(refusedPlan(kafka, await failureOf(ended.admin)), undefined)
})
