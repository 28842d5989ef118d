import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { z } from 'zod'
import { sections } from '../../../cli/config/sections.ts'
import {
  databaseUrl,
  fallback,
  flag,
  list,
  port,
  readVariables,
  secret,
  type Variables,
} from '../../../lib/config.ts'
import { ConfigError } from '../../../lib/errors.ts'

const fileWith = (t: TestContext, text: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'secret'), text)
  return join(folder, 'secret')
}
const faultsOf = (variables: Variables, env: Record<string, string>) => {
  try {
    readVariables(variables, env)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.faults
  }
  return []
}

test('an empty variable counts as not set', () => {
  const variables = z.object({
    NAME: z.string().default('nobody'),
    PORT: port().default(8080),
    TLS: flag().default(true),
    IDS: list().default([]),
  })
  assert.deepEqual(readVariables(variables, { NAME: '', PORT: '', TLS: '', IDS: '' }), {
    NAME: 'nobody',
    PORT: 8080,
    TLS: true,
    IDS: [],
  })
  assert.deepEqual(faultsOf(z.object({ NAME: z.string() }), { NAME: '' }), [
    { variable: 'NAME', problem: 'is not set' },
  ])
})

test('all wrong variables are named together', () => {
  const variables = z.object({ A: z.string(), B: port(), C: z.enum(['x', 'y']), D: z.string() })
  assert.deepEqual(
    faultsOf(variables, { B: '70000', C: 'z', D: 'fine' }).map(({ variable }) => variable),
    ['A', 'B', 'C'],
  )
})

test('for every variable of the bridge, a fault names the variable and the problem, never the value', () => {
  const marker = 'wrong-value-4711'
  // The names of workers are public, and an unknown one is refused by its name.
  const isPublic = (name: string) => name === 'BRIDGE_WORKERS'
  for (const { variables } of sections)
    for (const [name, variable] of Object.entries(variables.shape).filter(([each]) => !isPublic(each)))
      for (const { problem } of faultsOf(z.object({ [name]: variable }), { [name]: marker }))
        assert.doesNotMatch(problem, /4711/, name)
})

test('the message of a configuration error names each variable on a line of its own', () => {
  const error = new ConfigError([
    { variable: 'A', problem: 'is not set' },
    { variable: 'B', problem: 'is odd' },
  ])
  assert.equal(error.message, 'A: is not set\nB: is odd')
})

test('a secret can be read from a file, one per line; blank lines and spaces are ignored', (t) => {
  const variables = z.object({ TOKENS: list().meta(secret), PASSWORD: z.string().meta(secret) })
  const env = { TOKENS_FILE: fileWith(t, ' one\r\n\n two \n'), PASSWORD_FILE: fileWith(t, 'pass word\n') }
  assert.deepEqual(readVariables(variables, env), { TOKENS: ['one', 'two'], PASSWORD: 'pass word' })
})

test('an item of a file may contain commas, which separate items in the environment', (t) => {
  const variables = z.object({
    TOKENS: list().default([]).meta(secret),
    KEYS: list()
      .pipe(z.array(z.string().min(3)))
      .meta(secret),
  })
  const file = fileWith(t, 'one,two\nthree\n')
  assert.deepEqual(readVariables(variables, { TOKENS_FILE: file, KEYS_FILE: file }), {
    TOKENS: ['one,two', 'three'],
    KEYS: ['one,two', 'three'],
  })
  assert.deepEqual(readVariables(variables, { TOKENS: 'one,two', KEYS: 'one,two' }), {
    TOKENS: ['one', 'two'],
    KEYS: ['one', 'two'],
  })
})

test('a list that is not set is a fault, unless it is optional', () => {
  assert.deepEqual(faultsOf(z.object({ IDS: list() }), {}), [{ variable: 'IDS', problem: 'is not set' }])
  assert.equal(readVariables(z.object({ IDS: list().optional() }), {}).IDS, undefined)
})

test('a secret that is set takes precedence over its file', (t) => {
  assert.deepEqual(
    readVariables(z.object({ KEY: z.string().meta(secret) }), {
      KEY: 'here',
      KEY_FILE: fileWith(t, 'there'),
    }),
    {
      KEY: 'here',
    },
  )
})

test('only secrets can be read from files', (t) => {
  assert.deepEqual(
    readVariables(z.object({ NAME: z.string().default('x') }), { NAME_FILE: fileWith(t, 'y') }),
    { NAME: 'x' },
  )
})

test('a file that cannot be read is a fault of its own variable', () => {
  const faults = faultsOf(z.object({ KEY: z.string().meta(secret) }), { KEY_FILE: '/nowhere/secret' })
  assert.equal(faults.length, 1)
  assert.equal(faults[0]?.variable, 'KEY_FILE')
  assert.match(faults[0]?.problem ?? '', /cannot read \/nowhere\/secret/)
})

test('with an empty file, the secret counts as not set', (t) => {
  assert.deepEqual(faultsOf(z.object({ KEY: z.string().meta(secret) }), { KEY_FILE: fileWith(t, '\n\n') }), [
    { variable: 'KEY', problem: 'is not set' },
  ])
})

test('if neither a variable nor its file is set, it takes the value of its fallback', (t) => {
  const variables = z.object({ WORKER_URL: z.string().meta({ ...secret, ...fallback('OWNER_URL') }) })
  assert.deepEqual(readVariables(variables, { OWNER_URL: 'owner' }), { WORKER_URL: 'owner' })
  assert.deepEqual(readVariables(variables, { OWNER_URL: 'owner', WORKER_URL: 'worker' }), {
    WORKER_URL: 'worker',
  })
  assert.deepEqual(readVariables(variables, { OWNER_URL: 'owner', WORKER_URL_FILE: fileWith(t, 'file') }), {
    WORKER_URL: 'file',
  })
})

test('the file of a fallback counts as the fallback', (t) => {
  const variables = z.object({ WORKER_URL: z.string().meta({ ...secret, ...fallback('OWNER_URL') }) })
  assert.deepEqual(readVariables(variables, { OWNER_URL_FILE: fileWith(t, 'owner') }), {
    WORKER_URL: 'owner',
  })
})

test('a list is split at commas, and empty items are dropped', () => {
  const variables = z.object({ IDS: list() })
  assert.deepEqual(readVariables(variables, { IDS: ' a, b,,c ,' }), { IDS: ['a', 'b', 'c'] })
})

test('a flag accepts the usual words for yes and no, and nothing else', () => {
  const variables = z.object({ TLS: flag() })
  for (const yes of ['1', 'true', 'yes', 'on', 'TRUE'])
    assert.equal(readVariables(variables, { TLS: yes }).TLS, true, yes)
  for (const no of ['0', 'false', 'no', 'off'])
    assert.equal(readVariables(variables, { TLS: no }).TLS, false, no)
  assert.equal(faultsOf(variables, { TLS: 'perhaps' }).length, 1)
})

test('a port is a whole number from 0 to 65535', () => {
  const variables = z.object({ PORT: port() })
  for (const text of ['0', '65535']) assert.equal(readVariables(variables, { PORT: text }).PORT, Number(text))
  for (const text of ['-1', '65536', '80.5', 'http'])
    assert.equal(faultsOf(variables, { PORT: text }).length, 1, text)
})

test('every variable has a description that is a sentence', () => {
  for (const { variables } of sections)
    for (const [name, variable] of Object.entries(variables.shape))
      assert.match(variable.description ?? '', /^.+[.…]$/, name)
})

test('a variable whose name sounds like a secret is marked as a secret', () => {
  for (const { variables } of sections)
    for (const [name, variable] of Object.entries(variables.shape))
      assert.equal(
        variable.meta()?.secret === true,
        /PASSWORD|_TOKENS?$|SECRET|DATABASE_URL|SIGNING_KEY|ERASURE_KEY|ANCHOR_URLS|WITNESSES/.test(name),
        name,
      )
})

test('the problem of a value is described in plain words', () => {
  const variables = z.object({
    SECONDS: z.coerce.number().positive(),
    PORT: port(),
    ATTEMPTS: z.coerce.number().int().min(1),
    TLS: flag(),
    LEVEL: z.enum(['info', 'debug']),
    REGISTRY: z.url(),
    DATABASE: databaseUrl(),
  })
  const problems = (env: Record<string, string>) => faultsOf(variables, env).map(({ problem }) => problem)
  const wrong = {
    TLS: 'perhaps',
    LEVEL: 'loud',
    REGISTRY: 'nowhere',
    DATABASE: 'postgres://owner:hun#ter2@db/x',
  }
  const same = ['must be true or false', 'must be one of info, debug', 'must be a URL']
  const database = /^must be a URL such as postgres:.*%23 for #/
  const [first, second] = [
    problems({ ...wrong, SECONDS: '0', PORT: '70000', ATTEMPTS: 'many' }),
    problems({ ...wrong, SECONDS: 'x', PORT: '-1', ATTEMPTS: '1.5' }),
  ]
  assert.deepEqual(first.slice(0, -1), [
    'must be more than 0',
    'must be at most 65535',
    'must be a number',
    ...same,
  ])
  assert.deepEqual(second.slice(0, -1), [
    'must be a number',
    'must be at least 0',
    'must be a whole number',
    ...same,
  ])
  for (const problem of [first.at(-1), second.at(-1)]) assert.match(String(problem), database)
})

test('for a list, the problem names the item', () => {
  const variables = z.object({ KEYS: list().pipe(z.array(z.string().regex(/^k/, 'must begin with k'))) })
  assert.deepEqual(faultsOf(variables, { KEYS: 'k1, x, k2, y' }), [
    { variable: 'KEYS', problem: 'item 2 must begin with k' },
    { variable: 'KEYS', problem: 'item 4 must begin with k' },
  ])
})
