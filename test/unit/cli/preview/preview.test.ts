import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { preview, previewText } from '../../../../cli/preview/preview.ts'
import type { Consumer } from '../../../../consumers/consumer.ts'
import { PermanentError } from '../../../../lib/errors.ts'
import { pushConsumer } from '../../../helpers/process/push-consumer.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'

const entry = fileURLToPath(new URL('../../../../cli/bridge.ts', import.meta.url))
const root = fileURLToPath(new URL('../../../../', import.meta.url))

/** Runs the command where no variable is set and nothing is running. */
const run = (...args: string[]) =>
  new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const options = { cwd: root, env: { PATH: process.env.PATH, BRIDGE_DATA_DIR: '/nowhere' } }
    execFile(process.execPath, [entry, 'preview', ...args], options, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })

test('the audit log shows the row that it would add, with nothing running', async () => {
  const { code, stdout } = await run('audit-log', 'test/fixtures/push.json')
  assert.equal(code, 0)
  const [published, would, ...row] = stdout.trimEnd().split('\n')
  assert.equal(published, 'The ingress would publish the hook to gitlab.push.')
  assert.equal(would, 'audit-log would write to audit_log.events:')
  assert.partialDeepStrictEqual(JSON.parse(row.join('\n')), {
    event_type: 'push',
    project_id: 15,
    project_path: 'nordlicht/signal',
    user_username: 'isolheim',
  })
})

test('the push author log shows its lines, as JSON where it is asked for', async () => {
  const { stdout } = await run('push-author-log', 'test/fixtures/repository_update.json', '--json')
  const effects = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.ok(effects.length > 0)
  for (const { would, to, content } of effects) {
    assert.equal(would, 'write')
    assert.match(to, /^\d{4}-\d\d-\d\d\.ndjson$/)
    assert.equal(content.source_event, 'repository_update')
  }
})

test('a worker that does not read the event says so', async () => {
  const { code, stdout } = await run('push-author-log', 'issue')
  assert.equal(code, 0)
  assert.match(stdout, /^push-author-log would skip it: the worker does not read the topic gitlab\.issue$/m)
})

test('an unknown worker and a missing payload are errors', async () => {
  const unknown = await run('audit-lgo', 'push')
  assert.deepEqual([unknown.code, /audit-lgo/.test(unknown.stderr)], [1, true])
  const missing = await run('audit-log', 'nothing.json')
  assert.deepEqual([missing.code, /no file nothing\.json/.test(missing.stderr)], [1, true])
})

const fileWith = async (t: TestContext, body: string) => {
  const file = join(await temporaryFolder(t), 'body.json')
  await writeFile(file, body)
  return file
}

const worker = (dryRun: Consumer<'push'>['dryRun']) => [
  { ...pushConsumer('tester', async () => undefined), dryRun } as unknown as Consumer,
]

test('a body that cannot be read goes to quarantine, and the reason is shown', async (t) => {
  const previewed = await preview(
    'tester',
    await fileWith(t, '{'),
    undefined,
    {},
    worker(() => []),
  )
  assert.equal(previewed.topic, 'gitlab.quarantine')
  assert.match(
    previewText(previewed),
    /^The ingress would publish .* gitlab\.quarantine \(not_json: .*\)\.$/m,
  )
})

test('a body that the ingress does not parse is not parsed here either', async (t) => {
  const deep = `{"object_kind":"push","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
  const many = `{"object_kind":"push","a":[${'0,'.repeat(1_000_001)}0]}`
  for (const body of [deep, many]) {
    const file = await fileWith(t, body)
    const { quarantine } = await preview(
      'tester',
      file,
      undefined,
      {},
      worker(() => []),
    )
    assert.match(String(quarantine), /^too_complex: /)
  }
})

test('a body that is too large for the ingress is refused with the status and the variable', async () => {
  const env = { INGRESS_MAX_BODY_BYTES: '1024' }
  await assert.rejects(
    preview(
      'tester',
      'push',
      undefined,
      env,
      worker(() => []),
    ),
    /status 413: its body has \d+ bytes, and INGRESS_MAX_BODY_BYTES allows 1024\.$/,
  )
})

test('control characters of a payload do not reach the terminal', async (t) => {
  const reason = await preview(
    'tester',
    await fileWith(t, '\u001b[31m\u0011'),
    undefined,
    {},
    worker(() => []),
  )
  const content = {
    ...reason,
    effects: [{ would: 'send', to: 'chat', content: 'a\u009b2J\u202e\nb' }],
  } as const
  const text = previewText(content)
  assert.doesNotMatch(text, /[^\P{C}\n]/u)
  assert.ok(text.endsWith('  a\\u009b2J\\u202e\n  b'), text)
})

test('--event names the event of a body that does not', async (t) => {
  const file = await fileWith(t, '{"custom": "template"}')
  const ofEvent = async (event: string | undefined) =>
    (
      await preview(
        'tester',
        file,
        event,
        { KAFKA_TOPIC_PREFIX: 'acme.' },
        worker(() => []),
      )
    ).topic
  assert.deepEqual(
    [await ofEvent(undefined), await ofEvent('Confidential Issue Hook')],
    ['acme.gitlab.unknown', 'acme.gitlab.confidential_unknown'],
  )
})

test('a record that the worker could not handle is a failure, with what would follow', async () => {
  const failing = (error: Error) =>
    worker(() => {
      throw error
    })
  const failureOf = async (error: Error) =>
    (await preview('tester', 'push', undefined, {}, failing(error))).failure
  assert.equal(
    await failureOf(new PermanentError('no ref')),
    'The record would become a dead letter: no ref.',
  )
  assert.equal(await failureOf(new Error('a bug')), 'The record could not be handled: a bug.')
})

test('several effects are shown one after the other, a text as it is', async () => {
  const previewed = await preview(
    'tester',
    'push',
    undefined,
    {},
    worker(({ ref }) => [
      { would: 'send', to: 'team-chat', content: `pushed\n${ref}` },
      { would: 'skip', because: 'the route wants tags' },
    ]),
  )
  assert.equal(
    previewText(previewed),
    `The ingress would publish the hook to gitlab.push.
tester would send to team-chat:
  pushed
  refs/heads/main
tester would skip it: the route wants tags`,
  )
})
