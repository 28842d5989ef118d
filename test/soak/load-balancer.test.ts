// Two real ingresses behind HAProxy, as deploy/systemd/haproxy.cfg configures it.
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { concludeAllAnswered, startFaultSuite, untilPublishing } from '../helpers/faults/fault-suite.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { freePort } from '../helpers/process/free-ports.ts'
import { type IngressProcess, untilDrained } from '../helpers/process/ingress-process.ts'

const isInstalled = (): boolean => {
  try {
    execFileSync('haproxy', ['-v'])
    return true
  } catch {
    return false
  }
}

interface Place {
  port: number
  metricsPort: number
  spool: string
}

/** The configuration of the documents, on other addresses. */
const configurationOf = (port: number, places: readonly Place[]): string =>
  places
    .reduce(
      (text, place, index) =>
        text
          .replace(
            new RegExp(`(server ingress-${index + 1}) \\S+`),
            `$1 127.0.0.1:${place.port} port ${place.metricsPort}`,
          )
          .replace(new RegExp(`(server ingress-${index + 1}-unchecked) \\S+`), `$1 127.0.0.1:${place.port}`),
      readFileSync(new URL('../../deploy/systemd/haproxy.cfg', import.meta.url), 'utf8'),
    )
    .replace(/bind .*/, `bind 127.0.0.1:${port}`)

const startHaproxy = async (t: TestContext, folder: string, places: readonly Place[]): Promise<string> => {
  const port = await freePort()
  const file = join(folder, 'haproxy.cfg')
  writeFileSync(file, configurationOf(port, places))
  const haproxy: ChildProcess = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' })
  t.after(async () => {
    const exited = once(haproxy, 'exit')
    haproxy.kill('SIGKILL')
    await exited
  })
  const url = `http://127.0.0.1:${port}/hooks`
  await eventually(async () => assert.equal((await fetch(url)).status, 405))
  return url
}

test('no hook fails or arrives twice while one of two ingresses is stopped or frozen', async (t) => {
  if (!isInstalled()) return t.skip('HAProxy is not installed')
  const suite = await startFaultSuite('shared')
  const { stack } = suite
  const placeOne = async (): Promise<Place> => ({
    port: await freePort(),
    metricsPort: await freePort(),
    spool: await stack.folder(),
  })
  const places = [await placeOne(), await placeOne()]
  const startOne = ({ port, metricsPort, spool }: Place) =>
    stack.start({
      INGRESS_PORT: String(port),
      METRICS_PORT: String(metricsPort),
      INGRESS_SPOOL_DIR: spool,
      INGRESS_DRAIN_SECONDS: '5',
      INGRESS_TRUSTED_PROXIES: '1',
    })
  const pair = [await startOne(places[0] as Place), await startOne(places[1] as Place)]
  for (const each of pair) await untilPublishing(each)
  const url = await startHaproxy(t, await stack.folder(), places)
  const load = suite.startLoad({ urls: () => [url], perSecond: 30 })
  const received = async () => {
    const counts = await Promise.all(pair.map(countReceived))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  for (const [index, place] of places.entries()) {
    await load.untilAnswered(60)
    await (pair[index] as IngressProcess).stop(30_000)
    await load.untilAnswered(60)
    pair[index] = await startOne(place)
  }
  await load.untilAnswered(60)
  await load.stop()
  const afterStops = { posted: load.posted.length, received: await received() }

  const second = suite.startLoad({ urls: () => [url], perSecond: 30 })
  for (const ingress of pair) {
    await second.untilAnswered(60)
    ingress.kill('SIGSTOP')
    await sleep(3000)
    ingress.kill('SIGCONT')
  }
  await second.untilAnswered(60)
  await second.stop()
  for (const each of pair) await untilDrained(each)
  // Each hook reached exactly one ingress.
  assert.equal((await received()) - afterStops.received, second.posted.length)
  for (const each of pair) await each.stop(30_000)
  const posted = [...load.posted, ...second.posted]
  await concludeAllAnswered(t, stack, posted)
  t.diagnostic(`${afterStops.posted} hooks during stops, ${second.posted.length} while one was frozen`)
})

/** How many hooks an ingress has answered. */
const countReceived = async (ingress: IngressProcess): Promise<number> => {
  const outcomes = ['published', 'spooled', 'unavailable', 'unknown', 'quarantined', 'aborted', 'too_slow']
  const counts = await Promise.all(
    outcomes.map((outcome) => ingress.metric(`ingress_hooks_total{outcome="${outcome}"}`)),
  )
  return counts.reduce((sum, count) => sum + count, 0)
}
