// Faults in any order, for as long as one likes:
// BRIDGE_TEST_SOAK_MINUTES, 20 by default. Not part of `npm test`.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startHookLoad } from '../helpers/faults/hook-load.ts'
import { assertNoLoss, describeCounts } from '../helpers/faults/no-loss-check.ts'
import { untilDrained } from '../helpers/process/ingress-process.ts'
import { openIngressStack, token } from '../helpers/servers/ingress-stack.ts'
import { startServers } from '../helpers/servers/servers.ts'

const minutes = Number(process.env.BRIDGE_TEST_SOAK_MINUTES ?? 20)

const servers = await startServers(['kafka', 'registry'])
after(() => servers.remove())
const world = await openIngressStack(servers.kafkaBrokers, servers.schemaRegistryUrl)
after(() => world.close())
await world.setUp()

test(`${minutes} minutes of chaos`, async (t) => {
  let ingress = await world.start()
  const end = Date.now() + minutes * 60_000
  const kafka = () => servers.server('kafka')
  const faults: Record<string, () => Promise<void>> = {
    'broker frozen': async () => {
      kafka().kill('SIGSTOP')
      await sleep(Math.random() * 15_000)
      kafka().kill('SIGCONT')
    },
    'broker killed': async () => {
      kafka().kill('SIGKILL')
      await kafka().exited
      await sleep(Math.random() * 10_000)
      await servers.startAgain('kafka')
    },
    'registry killed': async () => {
      servers.server('registry').kill('SIGKILL')
      await servers.server('registry').exited
      await sleep(Math.random() * 5000)
      await servers.startAgain('registry')
    },
    'ingress killed': async () => {
      ingress.kill('SIGKILL')
      await ingress.exited
      ingress = await world.start()
    },
    'ingress killed while the broker is frozen': async () => {
      kafka().kill('SIGSTOP')
      await sleep(2000 + Math.random() * 8000)
      ingress.kill('SIGKILL')
      await ingress.exited
      ingress = await world.start()
      kafka().kill('SIGCONT')
    },
    'a calm': () => sleep(Math.random() * 10_000),
  }
  const happened: Record<string, number> = {}
  const driver = startHookLoad({ urls: () => [ingress.hookUrl], token, perSecond: 25 })
  while (Date.now() < end) {
    const names = Object.keys(faults)
    const name = names[Math.floor(Math.random() * names.length)] ?? ''
    happened[name] = (happened[name] ?? 0) + 1
    await faults[name]?.()
  }
  await untilDrained(ingress)
  await driver.stop()
  await untilDrained(ingress)
  const tally = await assertNoLoss(world, driver.posted)
  t.diagnostic(describeCounts(t.name, tally))
  t.diagnostic(JSON.stringify(happened))
  const rss = (await ingress.metric('process_resident_memory_bytes')) / 2 ** 20
  t.diagnostic(`rss ${rss.toFixed(0)} MB`)
  assert.ok(rss < 300, `rss ${rss} MB`)
  await ingress.stop(20_000)
})
