// The hooks in the spool of an ingress that will not run again.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { post, pushOf } from '../helpers/records/hooks.ts'
import { recordsOf } from '../helpers/records/records.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('spool-drain')
await stack.setUp()
const folder = await stack.temporaryFolder()
const place = { BRIDGE_DATA_DIR: folder, INGRESS_SPOOL_DIR: join(folder, 'spool') }
const hooks = 20

/** Runs `bridge spool <args>` without the credentials of the hooks. */
const run = async (args: readonly string[], env = {}) => {
  const { exited, lines } = await stack.start(['spool', ...args], {
    ...place,
    INGRESS_SECRET_TOKENS: '',
    ...env,
  })
  const { code } = await exited
  return { code, said: lines.filter((line) => !/^(error|warn|info) |^\{/.test(line)).join('\n') }
}

test('the hooks of an ingress that will not run again are published once', async () => {
  const ingress = await stack.startReady(['ingress'], { ...place, KAFKA_BROKERS: '127.0.0.1:1' })
  const ids = Array.from({ length: hooks }, (_, index) => `drained-${index}`)
  for (const id of ids) {
    const { status } = await post(ingress.hookUrl, pushOf(15), {
      'x-gitlab-event': 'Push Hook',
      'idempotency-key': id,
    })
    assert.equal(status, 202)
  }
  const full = await run(['wait', '--timeout', '1', '--metrics', ingress.metricsUrl])
  assert.deepEqual([full.code, full.said], [1, `${hooks} hooks still wait in the spool.`])
  await ingress.stop(15_000)

  const away = await run(['drain', '--timeout', '1'], { KAFKA_BROKERS: '127.0.0.1:1' })
  assert.equal(away.code, 1)
  assert.match(away.said, new RegExp(`^0 published, ${hooks} still waiting, 0 set aside\\. .*again\\.$`))

  const first = await run(['drain', '--timeout', '60'])
  assert.deepEqual(
    [first.code, first.said],
    [0, `${hooks} published, 0 still waiting, 0 set aside. The folder is not needed any more.`],
  )
  const again = await run(['drain', '--timeout', '60'])
  assert.match(again.said, /^0 published, 0 still waiting/)
  const published = (await recordsOf(stack, 'push')).map(({ value }) => value.delivery.id)
  assert.deepEqual(published.sort(), ids.sort())
})

test('a folder without a spool is an error, not an empty spool', async () => {
  const { code, said } = await run(['drain'], { INGRESS_SPOOL_DIR: join(folder, 'elsewhere') })
  assert.equal(code, 1)
  assert.match(said, /^there is no spool in .*elsewhere: set INGRESS_SPOOL_DIR or BRIDGE_DATA_DIR/)
})
