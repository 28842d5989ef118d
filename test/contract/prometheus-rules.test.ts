import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { readPage } from '../helpers/records/markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = 'monitoring/prometheus/rules'
const files = globSync(`${folder}/*.yml`, { cwd: root }).sort()
const isTest = (file: string) => file.endsWith('.test.yml')

/** Debian's package `prometheus` has promtool. */
const hasPromtool = spawnSync('promtool', ['--version']).status === 0
const skip = hasPromtool ? false : 'promtool is not installed'

const promtool = (...args: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: root, encoding: 'utf8' })
  assert.equal(status, 0, `${stdout}${stderr}`)
}

test('promtool accepts every file of alerts', { skip }, () => {
  promtool('check', 'rules', ...files.filter((file) => !isTest(file)))
})

test('every alert fires when it should, and only then', { skip }, () => {
  promtool('test', 'rules', ...files.filter(isTest))
})

test('Prometheus reads every file of alerts', () => {
  const { rule_files } = parse(readPage('monitoring/prometheus/prometheus.yml')) as { rule_files: string[] }
  const expected = files.filter((file) => !isTest(file)).map((file) => file.replace(folder, 'rules'))
  assert.deepEqual(rule_files.toSorted(), expected)
})
