import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createCredentialSeries } from '../../../../ingress/auth/credential-series.ts'
import { createSource } from '../../../../ingress/auth/source.ts'
import { createIngressMetrics } from '../../../../ingress/metrics.ts'
import { createMetrics } from '../../../../lib/metrics/metrics.ts'

const key = 'whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='
const source = (name: string, secret_tokens: string[], signing_tokens: string[] = []) =>
  createSource(name, { secret_tokens, signing_tokens, require_signature: false, allowed_cidrs: [] })

/** The series under test, and a reader that shows each one as `source proof credential: time`. */
const observed = () => {
  const metrics = createMetrics()
  const { credentialUsed } = createIngressMetrics(metrics)
  const { configure, noteUse, updateGauge } = createCredentialSeries(credentialUsed)
  const series = async () => {
    updateGauge()
    const gauge = metrics.registry.getSingleMetric(
      'gitlab_bridge_ingress_credential_last_used_timestamp_seconds',
    )
    assert.ok(gauge)
    return (await gauge.get()).values
      .map(({ labels: { source, proof, credential }, value }) => `${source} ${proof} ${credential}: ${value}`)
      .sort()
  }
  const use = (source: string, by: 'token' | 'signature', label: string) =>
    noteUse(source, { by, label }, 4_711_000)
  return { configure, series, use }
}

test('every credential has its series from the start', async () => {
  const { configure, series } = observed()
  configure([source('berlin', ['a', 'b'], [key]), source('munich', ['c'])])
  assert.deepEqual(await series(), [
    'berlin signature 1: 0',
    'berlin token 1: 0',
    'berlin token 2: 0',
    'munich token 1: 0',
  ])
})

test('during a rotation the old credential keeps its time until it is removed', async () => {
  const { configure, series, use } = observed()
  configure([source('berlin', ['old'])])
  use('berlin', 'token', '1')
  configure([source('berlin', ['old', 'new'])])
  assert.deepEqual(await series(), ['berlin token 1: 4711', 'berlin token 2: 0'])
  use('berlin', 'token', '2')
  configure([source('berlin', ['new'])])
  assert.deepEqual(await series(), ['berlin token 1: 0'])
})

test('a change of one source leaves the times of the others unchanged', async () => {
  const { configure, series, use } = observed()
  configure([source('berlin', ['a']), source('munich', ['b'])])
  use('berlin', 'token', '1')
  use('munich', 'token', '1')
  configure([source('berlin', ['another']), source('munich', ['b'])])
  assert.deepEqual(await series(), ['berlin token 1: 0', 'munich token 1: 4711'])
  configure([source('munich', ['b'])])
  assert.deepEqual(await series(), ['munich token 1: 4711'])
})

test('a use that is reported late does not bring back the series of a removed credential', async () => {
  const { configure, series, use } = observed()
  configure([source('berlin', ['a', 'b'])])
  configure([source('berlin', ['a'])])
  use('berlin', 'token', '2')
  assert.deepEqual(await series(), ['berlin token 1: 0'])
})
