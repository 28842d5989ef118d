// What a comment says, and that what people wrote stays text in every tracker.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeOf } from '../../../../consumers/issue-commenter/change-of.ts'
import { commentOf, markOf, sentenceOf } from '../../../../consumers/issue-commenter/comment.ts'
import { jira } from '../../../../consumers/issue-commenter/trackers/jira.ts'
import { phabricator } from '../../../../consumers/issue-commenter/trackers/phabricator.ts'
import type { RecordOf } from '../../../../schemas/catalogue.ts'
import { recordOf } from '../../../helpers/records/chat-samples.ts'
import { type MergeRequestFact, mergeRequestRecord } from '../../../helpers/records/merge-request-hooks.ts'
import { fixtures } from '../../../helpers/records/samples.ts'

test('a task is told that a merge request was opened, marked as ready, merged, closed and reopened', () => {
  const told: Readonly<Record<MergeRequestFact, string | undefined>> = {
    open: 'opened',
    ready: 'marked as ready',
    merge: 'merged',
    close: 'closed',
    reopen: 'reopened',
    update: undefined,
  }
  for (const [fact, change] of Object.entries(told))
    assert.equal(changeOf(mergeRequestRecord(fact as MergeRequestFact)), change, fact)
})

test('an old GitLab shows in the title that a merge request is ready', () => {
  const changed = (previous: string, current: string) =>
    changeOf({
      ...mergeRequestRecord('update'),
      changes: { title: { previous: JSON.stringify(previous), current: JSON.stringify(current) } },
    })
  assert.equal(changed('Draft: Lamps', 'Lamps'), 'marked as ready')
  assert.equal(changed('[WIP] Lamps', 'Lamps'), 'marked as ready')
  assert.equal(changed('Lamps', 'Draft: Lamps'), undefined)
  assert.equal(changed('Drafts of lamps', 'Lamps'), undefined)
})

test('every sample of a merge request gives a comment or none, and never an empty part', () => {
  for (const sample of fixtures.filter(({ name }) => name.startsWith('merge_request'))) {
    const comment = commentOf(recordOf(sample) as RecordOf<'merge_request'>)
    const pieces = comment === undefined ? [] : sentenceOf(comment, 'bridge-1')
    assert.ok(
      pieces.every(({ text }) => text !== ''),
      sample.name,
    )
  }
})

test('a mark is the same for one message, and differs for two', () => {
  assert.equal(markOf('exact 1\nT1'), markOf('exact 1\nT1'))
  assert.notEqual(markOf('exact 1\nT1'), markOf('exact 1\nT2'))
})

const hostile = [
  ...['@mwrona', '#admins', 'T1 closes T2', 'D1', '{F1, size=full}', '{T1}', '[[ javascript:alert(1) | x ]]'],
  ...[
    '`@mwrona`',
    '`` ` ``',
    '##x##',
    '**bold** //x// __x__',
    'https://evil.example/',
    '<u:mwrona>',
    '{{{x}}}',
  ],
  ...[
    '\n= heading\n- list\n| a | b |',
    '```lang=html\n<script>',
    '%%%x%%%',
    '\u202egnp.exe',
    '\u200b@mwrona',
  ],
  ...['[~accountid:1]', '[x|https://evil.example]', '!image.png!', 'OPS-1', '\u0000', '\ud800'],
]

test('text of people is monospaced in Remarkup, which then looks for nothing in it', () => {
  for (const text of hostile) {
    const record = mergeRequestRecord('open', { title: text })
    const comment = commentOf({ ...record, user: { ...record.user, name: text } } as typeof record)
    assert.ok(comment)
    const written = String(phabricator.write(sentenceOf(comment, 'bridge-1')))
    const [, , rest = 'another beginning'] =
      /^(Merge request \[\[ \S+ \| nordlicht\/signal!73 \]\] was opened)(.*)$/s.exec(written) ?? []
    assert.match(rest, /^( by `[^`\n]+`)?(: `[^`\n]+`)?$/, JSON.stringify(text))
  }
})

test('text of people is the text of a node in the document of Jira', () => {
  for (const text of hostile) {
    const comment = commentOf(mergeRequestRecord('open', { title: text }))
    assert.ok(comment)
    const { content } = jira.write(sentenceOf(comment, 'bridge-1')) as { content: { content: object[] }[] }
    const marked = content.flatMap((paragraph) => paragraph.content).filter((node) => 'marks' in node)
    assert.equal(content.length, 1)
    assert.equal(marked.length, 1)
  }
})

test('an address that is none of the web is not a link', () => {
  const record = mergeRequestRecord('open')
  const own = { ...record.object_attributes, url: 'javascript:alert(1)' }
  assert.equal(commentOf({ ...record, object_attributes: own })?.url, null)
})
