import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { describeEvents } from '../../docs/generate/describe.ts'
import { fieldsRead } from '../../docs/generate/fields-read.ts'
import { generateDocs } from '../../docs/generate/generate-docs.ts'
import { catalogue, eventTypes } from '../../schemas/catalogue.ts'
import { parts, shapes } from '../../schemas/load.ts'

const docs = generateDocs()
const onDisk = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8')
const page = docs.get('events.md') ?? ''
const sectionOf = (event: string) => page.split(`\n### ${event}\n`)[1]?.split('\n### ')[0] ?? ''

for (const [path, content] of docs) {
  test(`docs/${path} is what npm run generate writes`, () => {
    assert.ok(onDisk(path) === content, `docs/${path} is out of date. Run npm run generate.`)
  })
}

test('every event has a section with all its properties, fields and an example', () => {
  for (const event of eventTypes) {
    const section = sectionOf(event)
    for (const part of ['Topic', 'Key', 'Kept', 'Sent by', 'Schema', 'Fact', 'Time'])
      assert.match(section, new RegExp(`^- \\*\\*${part}\\*\\*: .+`, 'm'), event)
    for (const { name, doc = '' } of shapes.get(catalogue[event].schema)?.fields ?? []) {
      const row = section.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? ''
      assert.ok(row.includes(doc.slice(0, 20).replaceAll('<', '&lt;')), `${event} ${name}: ${row}`)
    }
    const json = JSON.parse(/```json\n([\s\S]+?)\n```/.exec(section)?.[1] ?? '')
    assert.equal(json.delivery.event_type, event)
  }
})

test('every shared part has a section, once', () => {
  for (const part of parts.values())
    assert.equal(page.split(`\n### ${(part as { name: string }).name}\n`).length, 2)
})

test('every link leads to one heading, or to a file', () => {
  const anchors = [...page.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading.toLowerCase().replaceAll(' ', '-'),
  )
  assert.equal(new Set(anchors).size, anchors.length)
  const targets = [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => target)
  assert.ok(targets.length > 300)
  for (const target of new Set(targets)) {
    if (target.startsWith('#')) assert.ok(anchors.includes(target.slice(1)), target)
    else if (!target.startsWith('https://docs.gitlab.com/'))
      assert.ok(existsSync(new URL(`../../docs/${target}`, import.meta.url)), target)
  }
})

test('no text looks like an HTML tag, which a Markdown viewer would hide', () => {
  const text = page.replaceAll(/```[\s\S]*?```|`[^`]*`|<!--.*?-->/g, '')
  assert.doesNotMatch(text, /<\w/)
})

test('it explains what readers often miss: build is job, confidential topics, denied and revoked', () => {
  assert.match(page, /GitLab's `build` is \[`job`\]/)
  assert.match(sectionOf('confidential_note'), /\(`Confidential Note Hook`\)/)
  assert.match(
    sectionOf('user_access_request_denied_for_group'),
    /the same fact as user_access_request_revoked_for_group/,
  )
})

test('the samples of an event decide which hooks send it', () => {
  assert.match(
    sectionOf('push'),
    /project and group webhooks \(`Push Hook`\), system hooks \(`System Hook`\)/,
  )
  assert.match(sectionOf('subgroup_create'), /\*\*Sent by\*\*: group webhooks \(`Subgroup Hook`\);/)
  assert.match(
    sectionOf('user_add_to_group'),
    /\*\*Sent by\*\*: group webhooks \(`Member Hook`\), system hooks \(`System Hook`\);/,
  )
  assert.match(sectionOf('user_create'), /\*\*Sent by\*\*: system hooks \(`System Hook`\);/)
  assert.match(sectionOf('unknown'), /\*\*Sent by\*\*: any hook\n/)
})

test('the description of a fact is made from its rule', () => {
  const factOf = (event: string) => /\*\*Fact\*\*: (.+)/.exec(sectionOf(event))?.[1]
  assert.equal(factOf('push'), 'family `ref_change`: `project_id`, `ref`, `before`, `after`; basis `content`')
  assert.equal(
    factOf('wiki_page')?.split('; ')[1],
    'basis `exact`, or `content` if `object_attributes.version_id` is null',
  )
  assert.equal(factOf('user_failed_login'), '`fact_id` is the delivery id, basis `delivery`')
  assert.match(
    sectionOf('job'),
    /`occurred_at` is `build_created_at` or `build_started_at` or `build_finished_at`/,
  )
})

test('fields that a function reads are named by their path, also nested ones and those of lists', () => {
  const record = { a: 1, b: { c: 2, d: 3 }, list: [{ x: 1, y: 2 }], unread: 4 }
  const read = ({ a, b, list }: typeof record) => [a, b.c, list.map(({ x }) => x)]
  assert.deepEqual(fieldsRead(read as (record: never) => unknown, record).sort(), [
    'a',
    'b',
    'b.c',
    'list',
    'list[]',
    'list[].x',
  ])
})

test('every event is described by a sample of its own', () => {
  assert.deepEqual(
    describeEvents().map(({ event, example }) => [event, example.event]),
    eventTypes.map((event) => [event, event]),
  )
})

const consume = onDisk('consume.md')

test('the examples in docs/consume.md are the files that the tests run', () => {
  for (const file of [
    'typescript/consume.ts',
    'python/consume.py',
    'python/requirements.txt',
    'java/Consume.java',
    'java/pom.xml',
    'generated/java/Decode.java',
    'generated/java/pom.xml',
    'generated/python/decode.py',
    'generated/python/generate.py',
    'generated/python/requirements.txt',
    'generated/go/decode.go',
    'generated/go/go.mod',
  ]) {
    const text = readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8')
    assert.match(consume, new RegExp(`<!-- examples/${file} -->`))
    assert.ok(consume.includes(`\n${text}\`\`\`\n`), file)
    assert.ok(text.split('\n').length <= 61, `${file} is longer than 60 lines`)
  }
})

test('docs/consume.md installs the versions that we use', () => {
  const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  assert.match(consume, new RegExp(`npm install kafkajs@${dependencies.kafkajs} avsc@${dependencies.avsc}\``))
})

test('every link of docs/consume.md leads to a file that exists', () => {
  for (const [, target = ''] of consume.matchAll(/\]\(([^)]+)\)/g))
    if (!target.startsWith('https://'))
      assert.ok(existsSync(new URL(`../../docs/${target}`, import.meta.url)), target)
})
