import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { ConfigError } from '../../../lib/errors.ts'
import { createLogger } from '../../../lib/logger.ts'

const loggerUrl = new URL('../../../lib/logger.ts', import.meta.url)

/** What a process prints whose only work is this code. */
const printedBy = (code: string, env: Record<string, string> = {}) => {
  const script = `
    import { createLogger } from ${JSON.stringify(loggerUrl.href)}
    const logger = createLogger('worker-x', ${JSON.stringify(env)})
    ${code}`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  assert.equal(stderr, '')
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
}

test('a line is one JSON object with its time, level, process, message and fields', () => {
  const [line, ...others] = printedBy(`logger.info('two\\nlines', { count: 2, nested: { a: 1 } })`)
  assert.deepEqual(others, [])
  const { timestamp, ...rest } = JSON.parse(line ?? '')
  assert.ok(!Number.isNaN(Date.parse(timestamp)))
  assert.deepEqual(rest, {
    level: 'info',
    process: 'worker-x',
    message: 'two\nlines',
    count: 2,
    nested: { a: 1 },
  })
})

test('lines below the level are not printed', () => {
  const code = `for (const level of ['error', 'warn', 'info', 'debug']) logger[level](level)`
  const levels = (env: Record<string, string>) => printedBy(code, env).map((line) => JSON.parse(line).level)
  assert.deepEqual(levels({}), ['error', 'warn', 'info'])
  assert.deepEqual(levels({ LOG_LEVEL: 'error' }), ['error'])
  assert.deepEqual(levels({ LOG_LEVEL: 'debug' }), ['error', 'warn', 'info', 'debug'])
})

test('in text format, a line is its level, its message and its fields', () => {
  assert.deepEqual(printedBy(`logger.warn('slow', { count: 2, nested: { a: 1 } })`, { LOG_FORMAT: 'text' }), [
    'warn  slow count=2 nested={"a":1}',
  ])
})

test('a logger prints only what it is given: no secret of the environment gets into a line', () => {
  const lines = printedBy(`logger.error('x', {})`, {
    INGRESS_SECRET_TOKENS: 'secret-4711',
    DATABASE_URL: 'postgres://u:secret-4711@h/d',
  })
  assert.doesNotMatch(lines.join(), /4711/)
})

test('an unknown level is a fault of the configuration', () => {
  assert.throws(() => createLogger('x', { LOG_LEVEL: 'loud' }), ConfigError)
})
