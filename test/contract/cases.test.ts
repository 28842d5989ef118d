import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { auditRowOf } from '../../consumers/audit-log/row/audit-row.ts'
import { pushLinesOf } from '../../consumers/push-author-log/push-line.ts'
import { deliver, hookOf } from '../helpers/records/deliver.ts'

// Inputs on which receivers of others stumbled. They lie beside the repository, and not everywhere.
const folder = new URL('../../../shared/cases/', import.meta.url)
const options = { skip: existsSync(new URL('cases.tsv', folder)) ? false : 'the cases are not present here' }

type Fields = Record<string, unknown>

const headersOf = (file: string): Record<string, string> => {
  const path = new URL(file.replace(/\.json$/, '.headers'), folder)
  if (!existsSync(path)) return {}
  const lines = readFileSync(path, 'utf8').split('\n')
  const pairs = lines.map((line) => /^([^:]+): *(.*)$/.exec(line)).filter((match) => match !== null)
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name.toLowerCase(), value]))
}

const readCase = async (file: string) => {
  const hook = hookOf(readFileSync(new URL(file, folder)), headersOf(file))
  const { event, message, decoded } = await deliver(hook)
  const record = { ...decoded, eventType: event } as unknown as Parameters<typeof auditRowOf>[0]
  return { event, topic: message.topic, key: message.key, decoded, record }
}

/** The value at a path such as `object_attributes.assignee_ids` or `assignees.0.username`. */
const valueAt = (record: Fields, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Fields | null)?.[name], record)

/** Number of the case → path in the record → its right value. */
const rightValues: Readonly<Record<string, Fields>> = {
  '01': { 'delivery.occurred_at': null },
  '07': { 'object_attributes.assignee_ids': [4] },
  '09': { 'object_attributes.draft': true },
  '11': { 'assignees.0.username': 'jan.h', 'object_attributes.assignee_ids': [44] },
  '14': { 'object_attributes.position.x': 62.148397104446744, 'delivery.coercion_faults': [] },
  '17a': { group_access: 'security_manager' },
  '18': { 'issue.confidential': true },
  '25': { 'delivery.occurred_at': Date.parse('2026-11-30T07:40:00.000Z') },
  '38': { project_id: 77 },
}

const cases = options.skip
  ? []
  : readFileSync(new URL('cases.tsv', folder), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split('\t'))
      .map(([file = '', topic = '']) => ({ file, topic, number: file.split('-')[0] ?? '' }))

test('every case lands on its topic, whole', options, async () => {
  assert.equal(cases.length, readdirSync(folder).filter((file) => file.endsWith('.json')).length)
  for (const { file, topic } of cases) {
    const found = await readCase(file)
    assert.equal(found.topic, `gitlab.${topic}`, file)
    assert.ok(found.decoded.raw.equals(readFileSync(new URL(file, folder))), file)
  }
})

test('every case has its right values', options, async () => {
  for (const { file, number } of cases) {
    const { decoded } = await readCase(file)
    for (const [path, value] of Object.entries(rightValues[number] ?? {}))
      assert.deepEqual(valueAt(decoded, path), value, `${file}: ${path}`)
  }
})

const caseOf = (number: string) => readCase(cases.find((each) => each.number === number)?.file ?? '')

test('the workers name who acted, which project it was, and which GitLab', options, async () => {
  assert.equal(auditRowOf((await caseOf('23')).record).user_username, 'jan.h')
  assert.equal(auditRowOf((await caseOf('45')).record).user_id, 4)
  const pushLine = async (number: string) =>
    pushLinesOf((await caseOf(number)).record as Parameters<typeof pushLinesOf>[0])[0]
  assert.equal(auditRowOf((await caseOf('33')).record).project_path, 'werft/kran')
  assert.equal((await pushLine('33'))?.project_path, 'werft/kran')
  const [one, another] = [await pushLine('44a'), await pushLine('44b')]
  assert.equal(one?.project_id, another?.project_id)
  assert.notEqual(one?.instance, another?.instance)
})

test('keys are those of the project, or of the group where the body names it', options, async () => {
  assert.equal((await caseOf('38')).key, '77')
  // This body names no group, so that its key is the one of what belongs nowhere.
  assert.equal((await caseOf('34')).key, 'instance')
})
