import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inhibitions } from '../../../monitoring/alerts/inhibitions.ts'
import { isAlert, readRules } from '../../../monitoring/read-rules.ts'
import { withFixedUrl } from '../../helpers/monitoring/alertmanager-file.ts'

const alerts = readRules().filter(isAlert)

test('an inhibition names alerts that exist, and no alert is an effect of itself', () => {
  const names = new Set(alerts.map(({ alert }) => alert))
  for (const { causes, effects } of inhibitions) {
    for (const name of [...causes, ...effects]) assert.ok(names.has(name), name)
    assert.deepEqual(
      effects.filter((name) => causes.includes(name)),
      [],
    )
  }
})

test('two alerts never silence each other where nothing tells them apart', () => {
  const pairs = inhibitions.flatMap(({ causes, effects }) =>
    causes.flatMap((cause) => effects.map((effect) => `${cause} ${effect}`)),
  )
  for (const pair of pairs) {
    const [cause, effect] = pair.split(' ')
    assert.ok(!pairs.includes(`${effect} ${cause}`), pair)
  }
})

test('no inhibition hides that hooks or records are lost', () => {
  const effects = new Set(inhibitions.flatMap((each) => each.effects))
  for (const name of [
    'HooksAreLost',
    'RecordsUnaccounted',
    'SpoolIsNearlyFull',
    'RecordsAreMissing',
    'Watchdog',
  ])
    assert.ok(!effects.has(name), name)
})

const hasAmtool = spawnSync('amtool', ['--version']).status === 0
const skip = hasAmtool
  ? false
  : 'amtool is not installed. It is in the Debian package prometheus-alertmanager.'

test('amtool accepts the configuration, and knows where each severity goes', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'alertmanager-'))
  const file = join(folder, 'alertmanager.yml')
  writeFileSync(file, withFixedUrl('http://127.0.0.1:1/'))
  const amtool = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('amtool', args, { encoding: 'utf8' })
    assert.equal(status, 0, stdout + stderr)
    return stdout.trim()
  }
  amtool('check-config', file)
  const receiverOf = (...labels: string[]) =>
    amtool('config', 'routes', 'test', `--config.file=${file}`, ...labels)
  assert.equal(receiverOf('alertname=HooksAreLost', 'severity=critical'), 'webhook')
  assert.equal(receiverOf('alertname=SpoolIsOld', 'severity=warning'), 'webhook')
  assert.equal(receiverOf('alertname=WorkerIsRewound', 'severity=info'), 'nobody')
  assert.equal(receiverOf('alertname=Watchdog', 'severity=info'), 'webhook')
  rmSync(folder, { recursive: true })
})
