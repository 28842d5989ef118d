// Starts that fail. Nothing may stay open, or the next start in the same place would fail for another reason.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { access, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { startIngress } from '../../../ingress/ingress.ts'
import { ConfigError, UsageError } from '../../../lib/errors.ts'
import { freePort } from '../../helpers/process/free-ports.ts'
import { environmentWithoutServers } from '../../helpers/process/ingress-without-servers.ts'
import { recordingLogger } from '../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'
import { postHook } from '../../helpers/records/post-hook.ts'

const portOf = (server: Server): number => (server.address() as AddressInfo).port
const listenAnywhere = async (t: TestContext, server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  return portOf(server)
}
/** Settings of an ingress that starts. */
const anyPorts = {
  INGRESS_SECRET_TOKENS: 'secret',
  INGRESS_HOST: '127.0.0.1',
  INGRESS_PORT: '0',
  METRICS_HOST: '127.0.0.1',
  METRICS_PORT: '0',
  INGRESS_DRAIN_SECONDS: '0',
}
/** A registry that knows no schema, so that the ingress refuses to start: somebody forgot `bridge setup`. */
const emptyRegistry = () =>
  createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/vnd.schemaregistry.v1+json' })
    response.end('{"error_code":40401,"message":"Subject not found"}')
  })

/** Starts an ingress that must fail. @returns the error, and what can be seen from outside afterwards */
const failToStart = async (
  t: TestContext,
  overrides: (folder: string) => Promise<Record<string, string>>,
) => {
  const folder = await temporaryFolder(t)
  const hookPort = await freePort()
  const { logger, lines } = recordingLogger()
  const env = environmentWithoutServers(folder, {
    ...anyPorts,
    INGRESS_PORT: String(hookPort),
    ...(await overrides(folder)),
  })
  const start = () => startIngress(env, logger)
  const error = await start().then(
    async (running) => {
      await running.stop()
      return assert.fail('it started')
    },
    (failure: unknown) => failure,
  )
  const isListening = async () => {
    const socket = connect(hookPort, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return true
    } catch {
      return false
    } finally {
      socket.destroy()
    }
  }
  const isSpoolLocked = () =>
    access(join(folder, 'spool', 'lock')).then(
      () => true,
      () => false,
    )
  return { error, start, isListening, isSpoolLocked, lines }
}
type Failed = Awaited<ReturnType<typeof failToStart>>

const assertClosed = async ({ isListening, isSpoolLocked, lines }: Failed) => {
  assert.deepEqual([await isListening(), await isSpoolLocked()], [false, false])
  assert.deepEqual(
    lines.filter(({ message }) => /not everything was closed|hooks are accepted/.test(message)),
    [],
  )
}
const assertFailsAlike = async ({ start, error }: Failed) => {
  const again = await start().catch((failure: unknown) => failure)
  assert.equal(String(again), String(error), 'the next start fails for the same reason')
}

describe('the start of the ingress', { concurrency: true }, () => {
  test('if the certificates cannot be used, nothing listens and the spool is closed again', async (t) => {
    const failed = await failToStart(t, async (folder) => {
      const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
      await writeFile(cert, 'no certificate')
      await writeFile(key, 'no key')
      return { INGRESS_TLS_CERT_FILE: cert, INGRESS_TLS_KEY_FILE: key }
    })
    assert.ok(failed.error instanceof ConfigError)
    await assertClosed(failed)
    await assertFailsAlike(failed)
  })

  test('if the hook port is taken, the spool is closed again and nothing goes on connecting', async (t) => {
    const taken = await listenAnywhere(t, createServer())
    const failed = await failToStart(t, async () => ({ INGRESS_PORT: String(taken) }))
    assert.ok(failed.error instanceof UsageError && /INGRESS_PORT/.test(failed.error.message))
    await assertClosed(failed)
    await assertFailsAlike(failed)
    const before = failed.lines.length
    await new Promise((resolve) => setTimeout(resolve, 600))
    assert.equal(failed.lines.length, before, 'nothing is logged any more')
  })

  test('if the metrics port is taken, the open hook port is closed again', async (t) => {
    const taken = await listenAnywhere(t, createServer())
    const failed = await failToStart(t, async () => ({ METRICS_PORT: String(taken) }))
    assert.ok(failed.error instanceof UsageError && /METRICS_PORT/.test(failed.error.message))
    await assertClosed(failed)
  })

  test('if the registry lacks our schemas, hooks are spooled, and the status says what to do', async (t) => {
    const registry = await listenAnywhere(t, emptyRegistry())
    const folder = await temporaryFolder(t)
    const { logger, lines } = recordingLogger()
    const env = environmentWithoutServers(folder, {
      ...anyPorts,
      SCHEMA_REGISTRY_URL: `http://127.0.0.1:${registry}`,
    })
    const running = await startIngress(env, logger)
    const { url, metrics } = lines.find(({ message }) => message === 'hooks are accepted')?.fields ?? {}
    const headers = { 'x-gitlab-token': 'secret' }
    const answer = await fetch(String(url), { method: 'POST', headers, body: '{"object_kind":"push"}' })
    assert.equal(answer.status, 202)
    await answer.text()
    const ready = await fetch(String(metrics).replace('/metrics', '/readyz'))
    assert.equal(ready.status, 200)
    assert.match(await ready.text(), /degraded: cannot connect: .*bridge setup/)
    const errors = lines.filter(({ level, message }) => level === 'error' && /cannot connect/.test(message))
    assert.equal(errors.length, 1, 'it is logged once')
    await running.stop()
  })

  test('an ingress that has started stops without an error and closes everything', async (t) => {
    const folder = await temporaryFolder(t)
    const { logger, lines } = recordingLogger()
    const env = environmentWithoutServers(folder, anyPorts)
    const running = await startIngress(env, logger)
    const accepted = lines.find(({ message }) => message === 'hooks are accepted')
    const url = String(accepted?.fields.url)
    const headers = { 'x-gitlab-token': 'secret' }
    const response = await fetch(url, { method: 'POST', headers, body: '{"object_kind":"push"}' })
    assert.equal(response.status, 202)
    await response.text()
    await running.stop()
    await assert.rejects(fetch(url, { method: 'POST' }))
    await assert.rejects(fetch(String(accepted?.fields.metrics)))
    await assert.rejects(access(join(folder, 'spool', 'lock')))
  })

  test('hooks whose connections wait to be accepted when the ingress stops get their answers', async (t) => {
    const { logger, lines } = recordingLogger()
    const env = environmentWithoutServers(await temporaryFolder(t), anyPorts)
    const running = await startIngress(env, logger)
    const url = String(lines.find(({ message }) => message === 'hooks are accepted')?.fields.url)
    const body = Buffer.from('{"object_kind":"push"}')
    // Node connects at the end of this turn, and accepts one connection in each turn that follows.
    const answers = Array.from({ length: 30 }, (_, index) => postHook(url, 'secret', `hook-${index}`, body))
    await running.stop()
    for (const answer of await Promise.all(answers))
      assert.equal(answer === 'refused' ? answer : (answer.status ?? answer.reason), 202)
  })
})
