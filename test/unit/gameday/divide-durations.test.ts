// The game day loads the rules of production with every duration divided. Nothing else may differ.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { parse } from 'yaml'
import { readRules } from '../../../monitoring/read-rules.ts'
import { divideDuration, divideRule, type Rule } from '../../gameday/rules/divide-durations.ts'
import { fasterAlertmanager } from '../../gameday/rules/faster-alertmanager.ts'
import { fasterRules } from '../../gameday/rules/write-faster-rules.ts'
import { withFixedUrl } from '../../helpers/monitoring/alertmanager-file.ts'
import { rulePaths } from '../../helpers/monitoring/start-all-processes.ts'

const divisor = 60
const rules: readonly Rule[] = readRules() as Rule[]

test('a duration is divided, and milliseconds are used where seconds are not enough', () => {
  assert.equal(divideDuration('5m', 60), '5s')
  assert.equal(divideDuration('30s', 60), '500ms')
  assert.equal(divideDuration('1w', 60), '10080s')
  assert.equal(divideDuration('0m', 60), '0s')
  assert.throws(() => divideDuration('soon', 60), /not a duration/)
})

test('ranges, offsets, predictions and compared seconds of an expression are divided', () => {
  const of = (expr: string) => divideRule({ expr }, 60).expr
  assert.equal(
    of('sum(increase(a_total[2h] offset 1w)) > 50'),
    'sum(increase(a_total[120s] offset 10080s)) > 50',
  )
  assert.equal(of('time() - (a > 0 or b) > 120'), 'time() - (a > 0 or b) > 2')
  assert.equal(of('a_age_seconds > 3 * 86400'), 'a_age_seconds > 4320')
  assert.equal(of('predict_linear(a[15m], 4 * 3600) > b'), 'predict_linear(a[15s], 240) > b')
})

/** The tokens of an expression: `[5m]` and numbers are one token each. */
const tokensOf = (text: string): string[] => text.match(/\[\w+\]|[\w.:]+|[^\s\w]/g) ?? []

/** What differs between two rules, as `before → after`; a product of numbers is multiplied first. */
const differences = (before: Rule, after: Rule): string[] => {
  const multiplied = (expr: string) =>
    expr.replaceAll(/\d+(?: \* \d+)+/g, (product) =>
      String(product.split(' * ').reduce((value, factor) => value * Number(factor), 1)),
    )
  const [left, right] = [before, after].map(({ expr }) => tokensOf(multiplied(expr)))
  assert.equal(left?.length, right?.length, before.expr)
  return (left ?? []).flatMap((token, index) =>
    token === right?.[index] ? [] : [`${token} → ${right?.[index]}`],
  )
}

const secondsOf = (token: string): number => {
  const [, digits = '', unit = 's'] = /^\[?(\d+(?:\.\d+)?)(ms|[smhdw])?\]?$/.exec(token) ?? []
  const units = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }
  return Number(digits) * units[unit as keyof typeof units]
}

test('every difference of a rule is a duration that became shorter by the divisor', () => {
  let checked = 0
  for (const rule of rules) {
    const faster = divideRule(rule, divisor)
    const { expr: _, for: before, keep_firing_for: kept, ...others } = rule
    const { expr: __, for: after, keep_firing_for: keptFaster, ...fasterOthers } = faster
    assert.deepEqual(fasterOthers, others)
    const pairs = differences(rule, faster)
    if (before !== undefined) pairs.push(`${before} → ${after}`)
    if (kept !== undefined) pairs.push(`${kept} → ${keptFaster}`)
    for (const pair of pairs) {
      const [left = '', right = ''] = pair.split(' → ')
      assert.ok(Math.abs(secondsOf(left) - secondsOf(right) * divisor) < 1e-6, `${rule.expr}: ${pair}`)
      checked += 1
    }
  }
  assert.ok(checked > 100, `${checked}`)
})

test('every number of an expression that is not divided is a count, a share or a state', () => {
  const kept = rules.flatMap((rule) => {
    const { expr } = divideRule(rule, divisor)
    const numbers =
      rule.expr.replaceAll(/"[^"]*"/g, '').match(/[<>=]=? ?\d+(?:\.\d+)?(?: \* \d[\d.]*)*(?![\w.])/g) ?? []
    return numbers
      .filter((number) => expr.includes(number) && Number(number.replace(/^\D+/, '').split(' ')[0]) > 1)
      .map((number) => `${rule.alert}: ${number}`)
  })
  assert.deepEqual(
    [...new Set(kept)],
    [
      'FeedClientsAreDropped: > 10',
      'HooksAreLost: < 10',
      'HooksAreLost: >= 10',
      'CredentialsAreRejected: > 50',
      'NoHooksArrive: > 50',
      'HooksFailFast: > 14.4 * 0.001',
      'HooksFailFast: >= 100',
      'HooksFail: > 6 * 0.001',
      'HooksFail: >= 300',
      'HooksFailSlowly: >= 1000',
      'ProcessRestarts: > 3',
      'DirectoryGuessesMore: > 20',
      'DestinationIsNearlyFull: > 80000',
      'DestinationIsNearlyFull: > 858993459.2',
    ],
  )
})

test('the files of rules keep their groups and the order of their rules', () => {
  for (const path of rulePaths()) {
    const text = readFileSync(path, 'utf8')
    const [before, after] = [parse(text), parse(fasterRules(text, divisor))] as {
      groups: { name: string; rules: Rule[] }[]
    }[]
    assert.deepEqual(
      after?.groups.map(({ name, rules }) => [name, rules]),
      before?.groups.map(({ name, rules }) => [name, rules.map((rule) => divideRule(rule, divisor))]),
    )
  }
})

test('the faster configuration of Alertmanager differs in the waits of its routes alone', () => {
  const [before, after] = [withFixedUrl('http://pager'), fasterAlertmanager('http://pager', divisor)].map(
    (text) => text.split('\n'),
  )
  const changed = (before ?? []).flatMap((line, index) =>
    line === after?.[index] ? [] : [`${line.trim()} → ${after?.[index]?.trim()}`],
  )
  assert.equal(before?.length, after?.length)
  assert.deepEqual(changed, [
    'group_wait: 30s → group_wait: 500ms',
    'group_interval: 5m → group_interval: 5s',
    'repeat_interval: 4h → repeat_interval: 240s',
    'repeat_interval: 5m → repeat_interval: 5s',
    'group_wait: 2m → group_wait: 2s',
    'repeat_interval: 1d → repeat_interval: 1440s',
  ])
})
