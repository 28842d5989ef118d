// The healthcheck of the container image. A process is healthy when it answers 200 at /readyz. The ingress
// is healthy when a record that it published was also read back from Kafka at least once.
const operations = `http://127.0.0.1:${process.env.METRICS_PORT ?? 9464}`

const isReady = async () => (await fetch(`${operations}/readyz`)).ok

/** True for a process without the canary. Its metric is 0 until the first record was read back. */
const wasReadBack = async () => {
  const metrics = await (await fetch(`${operations}/metrics`)).text()
  return !/^gitlab_bridge_ingress_canary_read_back_timestamp_seconds(\{.*\})? 0$/m.test(metrics)
}

const healthy = await isReady()
  .then((ready) => ready && wasReadBack())
  .catch(() => false)
process.exit(healthy ? 0 : 1)
