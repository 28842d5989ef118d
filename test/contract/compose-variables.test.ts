// Every variable of .env.example works in .env for docker compose, and reaches the processes that read it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sectionsOfProcess } from '../../cli/config/process-sections.ts'
import { sections } from '../../cli/config/sections.ts'
import { consumers } from '../../consumers/index.ts'
import { workers } from '../../consumers/workers.ts'
import { isSecret } from '../../lib/config.ts'
import { defaultOf, readCompose, serviceNamed } from '../helpers/compose/read-compose.ts'
import { readPage } from '../helpers/records/markdown.ts'

const compose = readCompose()

/** These belong to the stack: addresses, credentials between its services, and folders in its volumes. */
const isOfTheStack = (variable: string): boolean =>
  /^(KAFKA_(BROKERS|SSL|SASL|OAUTH)|SCHEMA_REGISTRY_|METRICS_|LOCAL_|BRIDGE_(DATA|CACHE)_DIR)/.test(
    variable,
  ) ||
  /(^|_)DATABASE_URL$|^(INGRESS|EVENT_FEED|PROJECT_DIRECTORY)_(HOST|PORT)$/.test(variable) ||
  ['KAFKA_REPLICATION_FACTOR', 'INGRESS_SPOOL_DIR', 'INGRESS_SPOOL_ALLOW_TMPFS'].includes(variable) ||
  ['AUDIT_LOG_ANCHOR_FILE'].includes(variable) ||
  ['PUSH_AUTHOR_LOG_DIR', 'PUSH_AUTHOR_LOG_COPY_DIR', 'ALERTMANAGER_URL'].includes(variable)

/** The variables of .env that the process reads, with the file variables of secrets. */
const variablesRead = (process: string): string[] => {
  const callsGitLab = consumers.find(({ name }) => name === process)?.gitlabApi !== undefined
  const names = sectionsOfProcess(process).filter((name) => name !== 'gitlab api' || callsGitLab)
  const read = sections
    .filter(({ name }) => names.includes(name))
    .flatMap(({ variables }) => Object.entries(variables.shape))
    .filter(([variable]) => !isOfTheStack(variable))
    .flatMap(([variable, schema]) => (isSecret(schema) ? [variable, `${variable}_FILE`] : [variable]))
  return [...new Set(read)].sort()
}

/** The variables of .env that Compose gives to the service, under their own names. */
const variablesGiven = (service: string): string[] =>
  Object.entries(serviceNamed(compose, service).environment ?? {})
    .filter(([name, value]) => value === null || String(value).startsWith(`\${${name}:-`))
    .map(([name]) => name)
    .filter((variable) => !isOfTheStack(variable))
    .sort()

/** The workers of the bridge. Those that somebody adds have ports from 9480 on, and settle it themselves. */
const ownWorkers = workers.filter(({ metricsPort }) => metricsPort < 9480).map(({ name }) => name)
const isAdded = (variable: string) =>
  workers.some(
    ({ name, metricsPort }) =>
      metricsPort >= 9480 && variable.startsWith(`${name.replaceAll('-', '_').toUpperCase()}_`),
  )
const processes = ['setup', 'ingress', 'lag-exporter', ...ownWorkers]

for (const process of processes)
  test(`${process} is given exactly the variables that it reads`, () => {
    assert.deepEqual(
      variablesGiven(process),
      variablesRead(process),
      `the service ${process} of docker-compose.yml must pass on what the process reads, and nothing else`,
    )
  })

test('every variable of .env.example reaches a process, or belongs to the stack', () => {
  const reaching = new Set(processes.flatMap(variablesGiven))
  const named = [...readPage('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]*)=/gm)].map(([, name = '']) => name)
  assert.ok(named.length > 60)
  assert.deepEqual(
    named.filter((variable) => !reaching.has(variable) && !isOfTheStack(variable) && !isAdded(variable)),
    [],
  )
})

test('a variable of the stack does not come from .env, but for published ports', () => {
  for (const [name, { environment = {} }] of Object.entries(compose.services))
    for (const [variable, value] of Object.entries(environment))
      if (isOfTheStack(variable) && !/_DATABASE_URL(_FILE)?$/.test(variable))
        assert.equal(String(value), defaultOf(value), `${name}: ${variable}`)
})

test('the head of the file explains every variable that only the file reads', () => {
  const text = readPage('docker-compose.yml')
  const head = text.slice(0, text.indexOf('\nname: '))
  const given = new Set(processes.flatMap(variablesGiven))
  for (const [, name = ''] of text.matchAll(/\$\{([A-Z_]+)[:}]/g))
    assert.ok(given.has(name) || new RegExp(`\\b${name}\\b`).test(head), name)
})
