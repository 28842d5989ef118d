import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { chatNotifier } from '../../../../consumers/chat-notifier/chat-notifier.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'
import { recordOfFixture } from '../../../helpers/records/chat-samples.ts'

const plan = async (t: TestContext, settings: object) => {
  const file = join(await temporaryFolder(t), 'routes.yaml')
  const destinations = {
    builds: { type: 'slack', url: 'https://slack.example/a' },
    rest: { type: 'slack', url: 'https://slack.example/b' },
  }
  const visibility = ['public', 'internal', 'private']
  const routes = [
    { to: 'builds', events: ['push'], visibility },
    { to: 'rest', default: true, visibility },
  ]
  writeFileSync(file, JSON.stringify({ destinations, routes, ...settings }), { mode: 0o600 })
  const effects = await chatNotifier.dryRun(recordOfFixture('push'), { ROUTES_FILE: file })
  return effects.map((effect) => (effect.would === 'skip' ? effect.because : effect.to))
}

test('a preview names the channels that are told, and says why a default is not used', async (t) => {
  assert.deepEqual(await plan(t, {}), [
    'builds (slack)',
    'the route 2 to rest does not take the event: it is a default, and another route takes the event',
  ])
})

test('a preview says that nothing is told of what own users cause', async (t) => {
  assert.deepEqual(await plan(t, { own_users: ['isolheim'] }), ['isolheim is one of own_users'])
})
