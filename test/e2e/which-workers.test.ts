// Which workers `npm start` runs, what it says of the others, and how it ends.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { consumers } from '../../consumers/index.ts'
import { workers as allWorkers, logFollowers } from '../../consumers/workers.ts'
import type { TestDirectory } from '../helpers/ldap/directory.ts'
import { startDirectory } from '../helpers/ldap/ldap-harness.ts'
import { groupBase, personDn } from '../helpers/ldap/ldap-server.ts'
import { createClone, type Started } from '../helpers/process/clone.ts'
import { copyPackages } from '../helpers/process/copy-packages.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { assertAccepted } from '../helpers/records/accepted.ts'

const minutes = 60_000
const clone = await createClone()
// The packages are those of this repository. Another test installs them.
await copyPackages(clone.path)

/** The variables that a worker cannot do without and that the local stack does not supply. */
const neededBy = ({ variables }: (typeof allWorkers)[number]): string[] =>
  Object.entries(variables.shape)
    .filter(([name, schema]) => !schema.safeParse(undefined).success && !name.endsWith('_DATABASE_URL'))
    .map(([name]) => name)

const listed = (names: readonly string[]): string =>
  [names.slice(0, -1).join(', '), ...names.slice(-1)].filter((part) => part !== '').join(' and ')

const namesOf = (workers: readonly { name: string }[]) => workers.map(({ name }) => name)
const complete = namesOf(allWorkers.filter((worker) => neededBy(worker).length === 0))
const incomplete = new Map(
  consumers
    .map((worker): [string, string[]] => [worker.name, neededBy(worker)])
    .concat([['issue-counter', ['ISSUE_COUNTER_GREETING']]])
    .filter(([, needed]) => needed.length > 0)
    .map(([name, needed]) => [name, `${name} waits for ${listed(needed)}`]),
)
const all = [...namesOf(consumers), 'issue-counter', ...namesOf(logFollowers)]

// A worker that needs a setting.
const { code, stderr } = await clone.run('npm run new:consumer issue-counter')
assert.equal(code, 0, stderr)
const worker = join(clone.path, 'consumers/issue-counter/issue-counter.ts')
const scaffold = readFileSync(worker, 'utf8')
writeFileSync(worker, scaffold.replace(".default('pushed')", ''))
assert.notEqual(readFileSync(worker, 'utf8'), scaffold)

/** Starts the stack and stops it when it is ready. Resolves with what it printed, and the running workers. */
const startAndStop = async (settings: Record<string, string>, whileRunning = async () => {}) => {
  const stack = await clone.start(settings)
  const ready = eventually(() => assert.match(stack.output(), /Ctrl-C stops everything/), 8 * minutes)
  await Promise.race([
    ready,
    stack.exited.then((ended) => assert.fail(`ended with ${ended}:\n${stack.output()}`)),
  ])
  const workers = runningWorkers(stack)
  await whileRunning()
  stack.pressCtrlC()
  const exitCode = await stack.exited
  const block = stack.output().slice(stack.output().indexOf('The bridge is ready.'))
  return { exitCode, workers, rows: rowsOf(block) }
}

const runningWorkers = (stack: Started): string[] =>
  stack
    .processes()
    .flatMap(({ command }) => /cli\/bridge\.ts consumer (\S+)/.exec(command)?.[1] ?? [])
    .sort()

/** The rows of the final block that speak of workers, without the space between label and value. */
const rowsOf = (block: string): string[] => {
  const lines = block.split('\n')
  const first = lines.findIndex((line) => line.startsWith('  Workers '))
  const last = lines.findIndex((line) => line.startsWith('  Data '))
  return lines.slice(first, last).map((line) => line.trim().replace(/ {2,}/, ': '))
}

/** Runs an `npm start` that must refuse. */
const refused = async (settings: string) => {
  const result = await clone.run(`${settings} npm start`)
  assert.doesNotMatch(result.stdout, /The bridge is ready/)
  return { code: result.code, said: result.stderr.trim() }
}

test('`npm start` with a named worker that lacks settings starts nothing, and ends with 78', async () => {
  assert.deepEqual(await refused('BRIDGE_WORKERS=push-author-log,issue-counter'), {
    code: 78,
    said:
      'The bridge was not started, because BRIDGE_WORKERS names what cannot run: ' +
      'issue-counter waits for ISSUE_COUNTER_GREETING.',
  })
  assert.equal(existsSync(join(clone.path, '.bridge')), false)
})

test('`npm start` refuses an unknown name, and lists the names that there are', async () => {
  assert.deepEqual(await refused('BRIDGE_WORKERS=audit-log,nosuch'), {
    code: 78,
    said:
      'The configuration cannot be used:\n' +
      '  BRIDGE_WORKERS: there is no worker nosuch. ' +
      `Use names of: ${all.join(', ')}`,
  })
})

test('`bridge consumer` without its settings ends with 78 and one sentence', async () => {
  const servers = 'KAFKA_BROKERS=127.0.0.1:1 SCHEMA_REGISTRY_URL=http://127.0.0.1:1'
  const ended = await clone.run(`${servers} node_modules/.bin/node cli/bridge.ts consumer issue-counter`)
  assert.deepEqual(ended, {
    code: 78,
    stdout: '',
    stderr: 'issue-counter cannot start, because ISSUE_COUNTER_GREETING is not set.\n',
  })
})

test('`npm start` with nothing set runs every worker whose settings are complete', {
  timeout: 12 * minutes,
}, async () => {
  const { exitCode, workers, rows } = await startAndStop({})
  assert.ok(complete.includes('audit-log') && complete.includes('push-author-log'), complete.join(', '))
  assert.deepEqual(workers, complete.toSorted())
  const [first, ...others] = incomplete.values()
  assert.deepEqual(rows, [`Workers: ${complete.join(', ')}`, `Not running: ${first}`, ...others])
  assert.equal(exitCode, 0)
})

/** Posts the sample of a new member of a group by curl, and waits for the group in the directory. */
const mirrorSample = async (directory: TestDirectory) => {
  const { hook_url, secret_token } = JSON.parse(
    readFileSync(join(clone.path, '.bridge/endpoints.json'), 'utf8'),
  )
  const sample = 'test/fixtures/user_add_to_group'
  const { stdout } = await clone.run(
    `curl -sS ${hook_url} -H 'X-Gitlab-Token: ${secret_token}' -H 'X-Gitlab-Event: System Hook' ` +
      `-H 'Content-Type: application/json' --data-binary @${sample}.json`,
  )
  assertAccepted(JSON.parse(stdout), 'user_add_to_group')
  const { user_username } = JSON.parse(readFileSync(join(clone.path, `${sample}.json`), 'utf8'))
  await eventually(async () => {
    const [group = ''] = await directory.below(groupBase)
    assert.deepEqual(await directory.values(group, 'member'), [personDn(user_username)])
  })
}

test('`npm start` with workers named runs those, and ldap-sync fills a directory', {
  timeout: 12 * minutes,
}, async () => {
  const { directory, env } = await startDirectory(clone.path)
  const settings = {
    ...env,
    BRIDGE_WORKERS: 'push-author-log,ldap-sync',
    PROJECT_DIRECTORY_GITLAB_API_TOKEN: 'a-token-without-the-url-of-its-gitlab',
  }
  const { exitCode, workers, rows } = await startAndStop(settings, () => mirrorSample(directory))
  const fault =
    'GITLAB_API_URL (which is not set, but a token for it is (PROJECT_DIRECTORY_GITLAB_API_TOKEN))'
  const reasonOf = (name: string) => {
    const settings = name === 'project-directory' ? `${name} waits for ${fault}` : incomplete.get(name)
    const reason = settings === undefined ? `${name} waits for` : `${settings}, and for`
    return `${reason} BRIDGE_WORKERS to name it`
  }
  const named = ['push-author-log', 'ldap-sync']
  assert.deepEqual(workers, named.toSorted())
  const [first, ...others] = all.filter((name) => !named.includes(name)).map(reasonOf)
  assert.deepEqual(rows, [
    `Workers: ${all.filter((name) => named.includes(name)).join(', ')}`,
    `Not running: ${first}`,
    ...others,
  ])
  assert.equal(exitCode, 0)
})
