import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { startKafkaProxy } from '../../faults/kafka-proxy.ts'
import { withoutFaketime, wrongClock } from '../../faults/wrong-clock.ts'
import { withFixedUrl } from '../../monitoring/alertmanager-file.ts'
import { withoutPromtool } from '../../monitoring/promtool.ts'
import { startAlertmanager, withoutAlertmanager } from '../../monitoring/start-alertmanager.ts'
import { eventually } from '../../process/eventually.ts'
import { readSeries } from '../../process/read-series.ts'
import { replaceFile } from '../../process/replace-file.ts'
import { sample } from '../../records/hooks.ts'
import { startReceiver } from '../../servers/chat/start-receiver.ts'
import type { Stack } from '../../servers/stack.ts'
import { startSwitchedRelay } from '../../servers/switched-relay.ts'
import { createTlsFiles, tlsSettings } from '../../servers/tls-files.ts'
import { onePartition, startOwnIngress, watch } from '../own-ingress.ts'
import type { PageCase } from '../page-case.ts'

const operatorEnv = (stack: Stack) => ({ ...stack.env, ...onePartition, DATABASE_URL: stack.databaseUrl })

/** Pages about the process of the ingress, its machine and its monitoring. */
export const ingressCases: readonly PageCase<Stack>[] = [
  {
    page: 'ingress-does-not-start',
    broken: 'it has no secret token',
    breaks: async (stack) => {
      const env = { ...stack.env, INGRESS_SECRET_TOKENS: '' }
      const ended = await stack.start(['ingress'], env)
      await ended.exited
      let now = { metricsUrl: 'http://127.0.0.1:1/metrics', lines: ended.lines }
      const repair = async () => {
        now = (await startOwnIngress(stack)).now()
      }
      return { env, process: () => watch(now), repair }
    },
    Look: {
      log: { shows: /INGRESS_SECRET_TOKENS: is not set/ },
      'bridge config': { code: 1, shows: /INGRESS_SECRET_TOKENS.*FAULT: / },
    },
    Verify: { '/readyz': { shows: /"ready"/ } },
  },
  {
    page: 'registry-has-not-answered',
    broken: 'the registry refuses connections at the start of the ingress',
    breaks: async (stack, t) => {
      const relay = await startSwitchedRelay(stack.schemaRegistryUrl)
      t.after(relay.close)
      const ingress = await startOwnIngress(stack, { SCHEMA_REGISTRY_URL: relay.url })
      await eventually(async () =>
        assert.equal(await readSeries(ingress.now().metricsUrl, 'ingress_connected'), 1),
      )
      await relay.refuse()
      await ingress.startAgain()
      const env = { ...ingress.env, DATABASE_URL: stack.databaseUrl }
      return { env, process: ingress.watched, repair: relay.accept }
    },
    Look: {
      '/readyz': { shows: /degraded: the schema registry has not answered/ },
      '/metrics': { shows: /^gitlab_bridge_ingress_schema_ids\{from="disk"\} 1$/m },
      log: { shows: /schema ids/ },
      'bridge doctor': { code: 1, shows: /^PROBLEM +registry .*ECONNREFUSED/m },
    },
    Do: { 'bridge setup': { leftOut: 'the page says so for a registry that has lost its data' } },
    Verify: { '/readyz': { shows: /"ready"/ } },
  },
  {
    page: 'records-are-not-read-back',
    broken: 'the brokers acknowledge records and do not give them',
    breaks: async (stack, t) => {
      const proxy = await startKafkaProxy(stack.kafkaBrokers)
      t.after(proxy.close)
      proxy.dropResponses('fetch', 'all')
      const settings = { KAFKA_BROKERS: proxy.address, INGRESS_CANARY_SECONDS: '2' }
      const ingress = await startOwnIngress(stack, settings)
      const repair = async () => proxy.passResponses('fetch')
      return { env: ingress.env, process: ingress.watched, repair }
    },
    Look: {
      log: { shows: /the canary record was not read back/ },
      '/metrics': { shows: /^gitlab_bridge_ingress_canary_read_back_timestamp_seconds 0$/m },
      'bridge tail --timeout 60': { as: 'bridge tail --timeout 3', code: 1, shows: /Fetch.* timed out/ },
    },
    Verify: {
      '/metrics': { shows: /^gitlab_bridge_ingress_canary_read_back_timestamp_seconds [1-9]/m },
      '/readyz': { shows: /"ready"/ },
    },
  },
  {
    page: 'process-is-stopping',
    broken: 'somebody stops the ingress, which waits for its last hooks',
    breaks: async (stack) => {
      const ingress = await startOwnIngress(stack, { INGRESS_DRAIN_SECONDS: '300' })
      ingress.now().kill('SIGTERM')
      const repair = async () => {
        ingress.now().kill('SIGKILL')
        await ingress.startAgain()
      }
      return { env: ingress.env, process: ingress.watched, repair }
    },
    Look: { '/readyz': { shows: /"draining"/ } },
    Verify: { '/readyz': { shows: /"ready"/ } },
  },
  {
    page: 'event-loop-is-blocked',
    broken: 'the ingress gets hardly any CPU time',
    breaks: async (stack, t) => {
      const ingress = await startOwnIngress(stack)
      const starved = ingress.now()
      const ending = new AbortController()
      const starve = async () => {
        while (!ending.signal.aborted) {
          starved.kill('SIGSTOP')
          await sleep(1500) // So long is each block.
          starved.kill('SIGCONT')
          await sleep(100)
        }
      }
      const starving = starve()
      const repair = async () => {
        ending.abort()
        await starving
      }
      t.after(repair)
      return { env: ingress.env, process: ingress.watched, repair }
    },
    Look: {
      '/metrics': { shows: /^gitlab_bridge_nodejs_eventloop_lag_p99_seconds [1-9]/m },
      top: { leftOut: 'it is about the machine' },
    },
    Do: { 'ulimit -n': { leftOut: 'it is about the machine' } },
    Verify: { '/metrics': { shows: /^gitlab_bridge_nodejs_eventloop_lag_p99_seconds 0/m } },
  },
  {
    page: 'certificate-expires',
    broken: 'nobody has renewed the certificate of the ingress',
    breaks: async (stack, t) => {
      const { maker, authority } = await createTlsFiles()
      t.after(maker.remove)
      const [old, renewed] = [await authority.issue('server', 5), await authority.issue('server', 60)]
      const settings = tlsSettings(old)
      const ingress = await startOwnIngress(stack, settings)
      const repair = async () => {
        await replaceFile(old.keyFile, renewed.key)
        await replaceFile(old.certFile, renewed.cert)
      }
      return { env: { ...operatorEnv(stack), ...settings }, process: ingress.watched, repair }
    },
    Look: {
      '/metrics': { shows: /^gitlab_bridge_ingress_certificate_expires_timestamp_seconds \d/m },
      'bridge doctor': { shows: /^warning +certificates .*INGRESS_TLS_CERT_FILE.* days/m },
    },
    Verify: {
      'bridge doctor': { shows: /^ok +certificates /m },
      log: { shows: /the certificates have changed and were read again/ },
    },
  },
  {
    page: 'clock-is-wrong',
    broken: 'the clock of the machine is ten minutes behind',
    skip: withoutFaketime,
    breaks: async (stack) => {
      const env: Record<string, string | undefined> = { ...operatorEnv(stack), ...wrongClock }
      const repair = async () => {
        for (const name of Object.keys(wrongClock)) delete env[name]
      }
      return { env, repair }
    },
    Look: {
      'bridge doctor': { code: 1, shows: /^PROBLEM +clocks /m },
      timedatectl: { leftOut: 'it is about the machine' },
    },
    Verify: { 'bridge doctor': { shows: /^ok +clocks /m } },
  },
  {
    page: 'alerts-do-not-arrive',
    broken: 'no Alertmanager runs',
    skip: withoutAlertmanager ?? withoutPromtool,
    breaks: async (stack, t) => {
      const env: Record<string, string | undefined> = operatorEnv(stack)
      const receiver = await startReceiver()
      t.after(receiver.close)
      const repair = async () => {
        const folder = await stack.temporaryFolder()
        const alertmanager = await startAlertmanager(folder, withFixedUrl(`${receiver.url}/alerts`))
        t.after(() => alertmanager.stop(5000))
        env.ALERTMANAGER_URL = alertmanager.url
      }
      return { env, repair }
    },
    Look: {
      'bridge doctor': { shows: /^warning +alerts +Alerts go nowhere: ALERTMANAGER_URL is not set/m },
      'bridge doctor --test-alert': { code: 1, shows: /ALERTMANAGER_URL/ },
    },
    Do: {
      'promtool check rules monitoring/prometheus/rules/ingress.yml': { shows: /SUCCESS/ },
      'docker compose up -d': { leftOut: 'a container is no part of this test' },
    },
    Verify: { 'bridge doctor --test-alert': { shows: /^ok +alerts /m } },
  },
  {
    page: 'objective-is-missed',
    broken: 'hooks are lost, because the brokers are away and the spool is full',
    breaks: async (stack, t) => {
      const proxy = await startKafkaProxy(stack.kafkaBrokers)
      t.after(proxy.close)
      await proxy.refuse()
      const room = { INGRESS_SPOOL_MAX_BYTES: '1000' }
      const ingress = await startOwnIngress(stack, { KAFKA_BROKERS: proxy.address, ...room })
      assert.equal((await ingress.post(sample('push'))).status, 503)
      const repair = async () => {
        await proxy.accept()
        await eventually(async () => assert.equal((await ingress.post(sample('push'))).status, 200))
      }
      return { env: ingress.env, process: ingress.watched, repair }
    },
    Look: { '/metrics': { shows: /outcome="unavailable"[^}]*\} [1-9]/ } },
    Verify: { '/metrics': { shows: /outcome="published"[^}]*\} [1-9]/ } },
  },
]
