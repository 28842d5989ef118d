// What holds for every variable of every process.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { sections } from '../../../cli/config/sections.ts'
import { readVariables } from '../../../lib/config.ts'
import { ConfigError } from '../../../lib/errors.ts'

const variables = sections.flatMap(({ name: section, variables: { shape } }) =>
  Object.entries(shape).map(([name, variable]) => ({ section, name, variable })),
)

/** The problem that is found in one value of one variable; undefined if the value is accepted. */
const problemOf = ({ name, variable }: (typeof variables)[number], value: string): string | undefined => {
  try {
    readVariables(z.object({ [name]: variable }), { [name]: value })
    return undefined
  } catch (error) {
    assert.ok(error instanceof ConfigError, `${name}: ${error}`)
    for (const fault of error.faults) assert.equal(fault.variable, name)
    return error.message
  }
}
/** A variable that reads a number accepts a whole number and refuses a word. */
const numbers = variables.filter(
  (each) =>
    ['1', '7', '200000'].some((value) => problemOf(each, value) === undefined) &&
    /must be a (whole )?number/.test(problemOf(each, 'word') ?? ''),
)
const durations = variables.filter(({ name }) => name.endsWith('_SECONDS'))

test('a blank text is refused by every variable', () => {
  for (const each of variables) {
    for (const blank of [' ', '\t', ' \n ']) assert.match(problemOf(each, blank) ?? 'accepted', /is blank/)
  }
})

test('a list of nothing but commas is refused, because it would mean the same as no list', () => {
  const ranges = variables.find(({ name }) => name === 'INGRESS_ALLOWED_CIDRS')
  assert.ok(ranges)
  assert.match(problemOf(ranges, ' , ,') ?? 'accepted', /has no items/)
})

test('every number has an upper limit, and is refused if it is not a number', () => {
  assert.ok(numbers.length >= 20, `${numbers.length} numbers`)
  for (const each of numbers) {
    for (const value of ['1e30', '99999999999999999999', 'Infinity', 'NaN', '-1', 'one', '1 2', '1,5'])
      assert.notEqual(problemOf(each, value), undefined, `${each.name}=${value}`)
  }
})

test('no duration is longer than a timer can wait', () => {
  assert.ok(durations.length >= 7)
  for (const each of durations) {
    for (const value of ['2147484', '3000000', '31536000'])
      assert.match(problemOf(each, value) ?? 'accepted', /must be at most \d+$/, `${each.name}=${value}`)
  }
})

test('several unusable variables are named together', () => {
  const [first, second] = numbers
  assert.ok(first && second)
  const both = z.object({ [first.name]: first.variable, [second.name]: second.variable })
  assert.throws(
    () => readVariables(both, { [first.name]: ' ', [second.name]: 'word' }),
    (error: Error) => error.message.includes(first.name) && error.message.includes(second.name),
  )
})
