import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { eventTypes } from '../../schemas/catalogue.ts'
import { withEvent } from '../../scripts/new-event/catalogue-line.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'bridge-new-event-'))
after(() => rmSync(scratch, { recursive: true }))
const left = /^(node_modules|\.git|\.bridge|coverage)(\/|$)/
cpSync(root, scratch, { recursive: true, filter: (path) => !left.test(relative(root, path)) })
symlinkSync(join(root, 'node_modules'), join(scratch, 'node_modules'))

const { npm_config_schema: _, NODE_TEST_CONTEXT: __, ...env } = process.env
const run = (args: readonly string[], more: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: scratch,
    env: { ...env, ...more },
    encoding: 'utf8',
  })
  return { status, stdout, stderr: stderr.trim() }
}
const newEvent = (...args: string[]) => run(['scripts/new-event.ts', ...args])
const read = (path: string) => readFileSync(join(scratch, path), 'utf8')
const lineOf = (event: string) =>
  read('schemas/catalogue.ts')
    .split('\n')
    .findIndex((line) => line.startsWith(`  ${event}: `))
const isNew = (file: string) => !existsSync(join(root, file))

const refusals: Record<string, { args: string[]; sentence: RegExp }> = {
  'no name': { args: [], sentence: /missing required argument 'name'/ },
  'a name with capitals': {
    args: ['mergeTrain'],
    sentence: /^"mergeTrain" is not an event type\. Use small letters/,
  },
  'an event there is': { args: ['push'], sentence: /^push is in schemas\/catalogue\.ts already\.$/ },
  'a name of GitLab’s that is not ours': {
    args: ['build'],
    sentence: /^GitLab's build is the event job here/,
  },
  'a schema there is not': {
    args: ['merge_train', '--schema', 'train'],
    sentence: /^There is no schema train to share\. Use one of: access_token, /,
  },
  'the schema of the unknown': {
    args: ['merge_train', '--schema', 'unknown'],
    sentence: /^There is no schema unknown to share/,
  },
  'the name of a schema': {
    args: ['user_lifecycle'],
    sentence: /exists already\. Use it with --schema user_lifecycle/,
  },
  'the name of a shared part': { args: ['environment'], sentence: /^A type is called Environment already/ },
}

for (const [what, { args, sentence }] of Object.entries(refusals)) {
  test(`new:event refuses ${what} with one sentence and writes nothing`, () => {
    const catalogue = read('schemas/catalogue.ts')
    const { status, stderr } = newEvent(...args)
    assert.equal(status, 1)
    assert.match(stderr, sentence)
    assert.doesNotMatch(stderr, /\n\s+at /)
    assert.equal(read('schemas/catalogue.ts'), catalogue)
  })
}

test('an option that npm has taken for itself causes an error', () => {
  const { status, stderr } = run(['scripts/new-event.ts', 'merge_train'], { npm_config_schema: 'push' })
  assert.equal(status, 1)
  assert.match(stderr, /npm run new:event -- <name> --schema <shape>/)
})

test('new:event adds an event with a schema of its own, and one that shares a schema', () => {
  const own = newEvent('merge_train')
  assert.equal(own.status, 0, own.stderr)
  assert.match(own.stdout, /Next:\n {2}schemas\/catalogue\.ts/)
  const shared = newEvent('project_archive', '--schema', 'project_lifecycle')
  assert.equal(shared.status, 0, shared.stderr)
  for (const file of [
    'schemas/events/merge_train.avsc',
    'schemas/events/merge_train.generated.ts',
    'test/fixtures/merge_train.json',
    'test/fixtures/project_archive.json',
  ]) {
    assert.ok(isNew(file) && existsSync(join(scratch, file)), file)
  }
  assert.ok(!existsSync(join(scratch, 'schemas/events/project_archive.avsc')))
  assert.equal(lineOf('merge_train'), lineOf('duo_workflow') + 1)
  assert.equal(lineOf('project_archive'), lineOf('project_update') + 1)
  assert.match(
    read('consumers/chat-notifier/message/tell.ts'),
    /\n {2}merge_train: lifecycle\.named,\n {2}project_archive: lifecycle\.named,\n/,
  )
  const families = read('consumers/audit-log/export/ocsf/event-families.ts')
  assert.match(families, /\n {2}merge_train: base,\n {2}project_archive: entity\(create\),\n/)
})

test('the new line in the catalogue is aligned with the line above', () => {
  const lines = read('schemas/catalogue.ts').split('\n')
  for (const event of ['merge_train', 'project_archive']) {
    const [above = '', line = ''] = lines.slice(lineOf(event) - 1)
    const starts = (text: string) => [...text.matchAll(/(?<= )\S+/g)].map(({ index }) => index)
    assert.deepEqual(starts(line), starts(above), line)
  }
  const long = withEvent(read('schemas/catalogue.ts'), 'merge_request_with_a_very_long_name', 'merge_request')
  assert.match(long, /\n {2}merge_request_with_a_very_long_name: activity\('merge_request', byProject, /)
})

test('the whole program compiles with the new events, and their records are typed', () => {
  writeFileSync(
    join(scratch, 'probe.ts'),
    `import type { Records } from './schemas/catalogue.ts'
export const id = (train: Records['merge_train']): number => train.project_id
export const path = (archived: Records['project_archive']): string | null => archived.path_with_namespace
// @ts-expect-error a field of another event
export const ref = (train: Records['merge_train']): string => train.ref
// @ts-expect-error no such event
export type Misspelt = Records['merge_trian']
`,
  )
  const { status, stdout } = run(['node_modules/typescript/bin/tsc', '--noEmit', '--checkers', '1'])
  assert.equal(status, 0, stdout)
})

test('a hook of the new event becomes a typed record for its topic', () => {
  const script = `
    import { deliver, hookOf } from './test/helpers/records/deliver.ts'
    const bodies = [
      { object_kind: 'merge_train', project: { id: '58' }, position: 2 },
      { event_name: 'project_archive', project_id: 58, path: 'x' },
      { object_kind: 'merge_train' },
    ]
    for (const body of bodies) {
      const { message, decoded } = await deliver(hookOf(body))
      const isRaw = decoded.raw.toString() === JSON.stringify(body)
      const row = [message.topic, message.key, decoded.project_id, decoded.path ?? null, isRaw]
      console.log(JSON.stringify(row))
    }`
  const { status, stdout, stderr } = run(['--input-type=module-typescript', '--eval', script])
  assert.equal(status, 0, stderr)
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      ['gitlab.merge_train', '58', 58, null, true],
      ['gitlab.project_archive', '58', 58, 'x', true],
      ['gitlab.quarantine', 'instance', null, null, true],
    ],
  )
})

test('the documents are up to date with the new events, and released schemas stay readable', () => {
  for (const event of ['merge_train', 'project_archive']) {
    assert.match(read('docs/events.md'), new RegExp(`\n### ${event}\n`))
    assert.equal(JSON.parse(read('docs/asyncapi.json')).channels[event].address, `gitlab.${event}`)
  }
  assert.equal(Object.keys(JSON.parse(read('docs/asyncapi.json')).channels).length, eventTypes.length + 2)
  const { status, stdout } = run([
    '--test',
    'test/contract/events-doc.test.ts',
    'test/contract/released.test.ts',
  ])
  assert.equal(status, 0, stdout)
})
