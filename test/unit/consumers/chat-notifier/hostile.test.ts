// Text that users wrote stays text, in every target and in every field.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ChatType, chatTypes } from '../../../../consumers/chat-notifier/budgets.ts'
import { compose } from '../../../../consumers/chat-notifier/message/compose.ts'
import { requestOf } from '../../../../consumers/chat-notifier/request-of.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { destinationOf, recordOfFixture } from '../../../helpers/records/chat-samples.ts'
import { checkRequest } from '../../../helpers/servers/chat/check-requests.ts'

const hostile = [
  '<!channel>',
  '<!here|x>',
  '<!everyone>',
  '<@U012AB3CD>',
  '<!subteam^S012|all>',
  '<#C012|general>',
  '<https://evil.example|GitLab>',
  '@here',
  '@channel',
  '@all',
  '@everyone',
  '@room',
  '<@&123456>',
  '<@123456>',
  '@ada:example.com',
  '@\u200bhere',
  'a\u202egnp.exe',
  '\u2066@here\u2069',
  '[x](javascript:alert(1))',
  '](javascript:alert(1))',
  '![x](https://evil.example/pixel.png)',
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  '</a><a href="javascript:alert(1)">x',
  '"><at>everyone</at>',
  '{{{raw}}} {{#each this}}{{/each}}',
  '{{constructor.constructor "return process"}}',
  '``` *bold* _x_ ~y~ `z`',
  '> quote\n# heading\n---\n| a | b |',
  'nul\0\u0007\ud800 end',
]

/** Every field that users can write, each with a record that shows it. */
const fields: Readonly<Record<string, (text: string) => RecordOf>> = {
  title: (text) => withText('merge_request', (record) => (attributes(record).title = text)),
  branch: (text) => withText('merge_request', (record) => (attributes(record).source_branch = text)),
  pushedBranch: (text) => withText('push', (record) => (record.ref = `refs/heads/${text}`)),
  name: (text) => withText('issue', (record) => ((record.user as { name: string }).name = text)),
  description: (text) => withText('issue', (record) => (attributes(record).description = text)),
  comment: (text) => withText('note', (record) => (attributes(record).note = text)),
  commit: (text) =>
    withText(
      'push',
      (record) => (((record.commits as { title: string }[])[0] as { title: string }).title = text),
    ),
  author: (text) =>
    withText(
      'push',
      (record) =>
        (((record.commits as { author: { name: string } }[])[0] as { author: { name: string } }).author.name =
          text),
    ),
  job: (text) => withText('job_failed', (record) => (record.build_name = text)),
  environment: (text) => withText('deployment', (record) => (record.environment = text)),
  tag: (text) => withText('release', (record) => Object.assign(record, { name: text, tag: text })),
  wiki: (text) => withText('wiki_page', (record) => (attributes(record).title = text)),
  flag: (text) => withText('feature_flag', (record) => (attributes(record).name = text)),
  project: (text) =>
    withText(
      'issue',
      (record) => ((record.project as { path_with_namespace: string }).path_with_namespace = text),
    ),
  link: (text) => withText('issue', (record) => (attributes(record).url = text)),
}

type Loose = Record<string, unknown>
const attributes = (record: Loose) => record.object_attributes as Loose
const withText = (sample: string, change: (record: Loose) => unknown): RecordOf => {
  const record = structuredClone({ ...recordOfFixture(sample), raw: Buffer.alloc(0) }) as unknown as Loose
  change(record)
  return record as unknown as RecordOf
}

const write = (type: ChatType, record: RecordOf, template?: string) => {
  const message = compose(record, { mention: [], template })
  const { request } = requestOf(destinationOf(type), message, {}, { transaction: 't', replaces: undefined })
  checkRequest[type]({ method: request.method, headers: request.headers, body: String(request.body) })
  return JSON.parse(String(request.body))
}

/** What each service would act on, in the text of a request. */
const actsOn: Readonly<Record<ChatType, (body: never) => unknown[]>> = {
  slack: ({ text, blocks }: { text: string; blocks: { text: { text: string } }[] }) =>
    [text, ...blocks.map((block) => block.text.text)].flatMap((each) => [
      ...each.matchAll(/<(?!https?:\/\/[^|<>]+\|[^<>|]*>)[^>]*/g),
    ]),
  mattermost: ({ text, props }: { text: string; props: object }) => [
    ...markdownActs(text),
    ...(JSON.stringify(props) === '{"disable_mentions":true}' ? [] : ['mentions are not disabled']),
  ],
  discord: ({
    content,
    allowed_mentions: allowed,
  }: {
    content: string
    allowed_mentions: { users: string[] }
  }) => [...markdownActs(content), ...allowed.users],
  teams: (body: object) => [
    ...[...JSON.stringify(body).matchAll(/"type":"(\w+)"/g)]
      .map(([, type]) => type)
      .filter((type) => !/^(message|AdaptiveCard|RichTextBlock|TextRun|Action\.OpenUrl)$/.test(type ?? '')),
    ...[...JSON.stringify(body).matchAll(/"url":"(?!https?:)/g)],
  ],
  matrix: ({ body, formatted_body: html, 'm.mentions': mentions }: Record<string, string>) => [
    ...(body ?? '').matchAll(/@(?!\u2060)/g),
    ...(html ?? '')
      .replaceAll(/<\/?(?:strong|code|a|br)>|<a href="https?:\/\/[^"<>]*">/g, '')
      .matchAll(/[<>]/g),
    ...Object.keys(mentions ?? {}),
  ],
  json: () => [],
}

const markdownActs = (text: string): unknown[] => {
  const withoutOurs = text
    .replaceAll(/\]\(https?:\/\/[^()\s]*\)/g, '')
    .replaceAll(/\\[\\`*_~[\]()<>#|+\-.!:{}^=$"']/g, '')
    .replaceAll(/`[^`\n]*`/g, '')
  return [...withoutOurs.matchAll(/@(?!\u2060)|\]\(|<|!\[|^[>#]|javascript:/gm)]
}

for (const type of chatTypes)
  test(`${type} shows hostile text as text, whatever field it is in`, () => {
    for (const [field, recordWith] of Object.entries(fields))
      for (const text of hostile) {
        const body = write(type, recordWith(text))
        const shown = JSON.stringify(body)
        assert.deepEqual([...actsOn[type](body as never)].map(String), [], `${field}: ${text}\n${shown}`)
        assert.doesNotMatch(shown, /[\u200b\u202a-\u202e\u2066-\u2069]|\\u202e|\\u0007|\\ud800/, field)
      }
  })

test('the output of a template is escaped like any other text', () => {
  for (const type of chatTypes)
    for (const text of hostile) {
      const template = '{{record.object_attributes.title}} {{{record.object_attributes.title}}}'
      const body = write(type, (fields.title as (text: string) => RecordOf)(text), template)
      assert.deepEqual([...actsOn[type](body as never)].map(String), [], `${type}: ${text}`)
    }
})

test('a template cannot reach what the record does not own', () => {
  const template =
    '[{{constructor.name}}][{{__proto__}}][{{record.constructor}}][{{lookup this "constructor"}}]'
  const { custom } = compose(recordOfFixture('issue'), { mention: [], template })
  assert.equal(custom, '[][][][]')
})
