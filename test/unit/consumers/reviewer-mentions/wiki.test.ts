import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { peopleFor } from '../../../../consumers/reviewer-mentions/reviewers/match-entries.ts'
import { openReviewerList } from '../../../../consumers/reviewer-mentions/reviewers/open-reviewer-list.ts'
import { parseWikiPage } from '../../../../consumers/reviewer-mentions/reviewers/parse-wiki-page.ts'
import { readReviewers } from '../../../../consumers/reviewer-mentions/reviewers/read-reviewers.ts'
import { openWikiPage } from '../../../../consumers/reviewer-mentions/reviewers/wiki-page.ts'
import { recordingLogger } from '../../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'
import { startWiki } from '../../../helpers/servers/start-wiki.ts'

const page = `
An example: <nowiki>{{Gitlab-mention|example}}</nowiki>
== nordlicht/* ==
{{Gitlab-mention|lberg}} {{Gerrit-reviewer|somebody}}
{{gitlab-mention | hsato | file_regexp=<nowiki>\\.(sql|ts)$</nowiki> | match_all_files}}
<!-- {{Gitlab-mention|gone}} -->
=== nordlicht/signal ===
{{Gitlab-mention|1=akovac|file_regexp=^lamps/}}
`

test('each heading is a glob of projects, and each template below it one person', () => {
  const { entries, problems } = parseWikiPage(page)
  assert.deepEqual(problems, [])
  const find = (project: string, ...paths: string[]) => peopleFor(entries, project, paths).people
  assert.deepEqual(find('nordlicht/signal', 'LAMPS/red.ts'), ['lberg', 'hsato', 'akovac'])
  assert.deepEqual(find('nordlicht/a/b', 'docs/a.sql', 'docs/b.md'), ['lberg'])
  assert.deepEqual(find('another/signal', 'lamps/red.ts'), [])
})

test('a template that cannot be used is reported, and the others are used', () => {
  const { entries, problems } = parseWikiPage(
    '{{Gitlab-mention|early}}\n== ** ==\n{{Gitlab-mention|all}}{{Gitlab-mention|a|every=2}}' +
      '{{Gitlab-mention|b|file_regexp=(}}{{Gitlab-mention|x"> @all}}{{Gitlab-mention}}' +
      '{{Gitlab-mention|good}}',
  )
  assert.deepEqual(
    entries.map(({ people }) => people),
    [['good']],
  )
  assert.deepEqual(problems, [
    'early: the template is above the first heading',
    '"all" cannot be mentioned',
    'a: there is no parameter every',
    'b: file_regexp is not a regular expression',
    '"x"> @all" cannot be mentioned',
    '"" cannot be mentioned',
  ])
})

test('a regular expression that takes for ever is given up, and the next one is tried', () => {
  const { entries } = parseWikiPage(
    '== ** ==\n{{Gitlab-mention|slow|file_regexp=^(a+)+$}}{{Gitlab-mention|quick|file_regexp=a}}',
  )
  const { people, slow } = peopleFor(entries, 'a/b', [`${'a'.repeat(60)}!`])
  assert.deepEqual([people, slow], [['quick'], ['/^(a+)+$/is']])
})

test('the page is read again after five minutes, and an outage leaves the old one in use', async (t) => {
  const wiki = await startWiki()
  t.after(() => wiki.stop())
  const { logger, lines } = recordingLogger()
  let now = 0
  const settings = { url: wiki.url, page: 'Git/Reviewers', allow_private: true, timeout_seconds: 15 }
  const opened = openWikiPage(settings, logger, () => now)
  t.after(() => opened.close())
  const names = async () => (await opened.entries()).flatMap(({ people }) => people)

  await assert.rejects(names(), {
    name: 'RetriableError',
    message: /^the wiki refuses the page: missingtitle/,
  })
  wiki.pages.set('Git/Reviewers', page)
  assert.deepEqual(await names(), ['lberg', 'hsato', 'akovac'])
  wiki.pages.set('Git/Reviewers', '== ** ==\n{{Gitlab-mention|ada}}')
  now = 299_999
  assert.equal((await names()).length, 3)
  wiki.behave({ status: 503, headers: { 'retry-after': '5' } })
  for (now of [300_000, 360_000, 420_000]) assert.equal((await names()).length, 3)
  wiki.behave(undefined)
  now = 480_000
  assert.deepEqual(await names(), ['ada'])
  assert.equal(wiki.requests, 6)
  const warnings = lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields.error)
  assert.deepEqual(warnings, ['the wiki answers 503'])
})

test('the list is the file and the page together, and its faults name their field', async (t) => {
  const wiki = await startWiki()
  t.after(() => wiki.stop())
  wiki.pages.set('Git/Reviewers', '== nordlicht/signal ==\n{{Gitlab-mention|ada}}')
  const file = join(await temporaryFolder(t), 'reviewers.yaml')
  const place = { url: wiki.url, page: 'Git/Reviewers', allow_private: true }
  const mentions = [{ people: ['lberg', 'ADA'], projects: '**' }]
  await writeFile(file, JSON.stringify({ mentions, wiki: place }))
  const list = openReviewerList(file, recordingLogger().logger)
  t.after(() => list.close())
  assert.deepEqual(await list.find('nordlicht/signal', ['a']), ['lberg', 'ADA'])

  const faults: [object, RegExp][] = [
    [{}, /names nobody: give mentions or wiki/],
    [{ mentions: [{ people: ['@ada'], projects: '**' }] }, /mentions\.0\.people/],
    [{ mentions: [{ people: 'all', projects: '**' }] }, /mentions\.0\.people/],
    [{ mentions: [{ people: 'ada', project: '**' }] }, /mentions\.0\.projects/],
    [{ wiki: { url: 'ftp://wiki', page: 'a' } }, /wiki\.url: must be a URL/],
    [
      { wiki: { url: wiki.url, page: 'a', ca_file: '/no/such.pem' } },
      /wiki\.ca_file: \/no\/such\.pem cannot/,
    ],
  ]
  for (const [content, message] of faults) {
    await writeFile(file, JSON.stringify(content))
    assert.throws(() => readReviewers(file), { name: 'ConfigError', message })
  }
})
