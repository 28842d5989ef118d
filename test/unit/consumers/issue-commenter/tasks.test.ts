import assert from 'node:assert/strict'
import { test } from 'node:test'
import { destinationShape } from '../../../../consumers/delivery/routes/destination.ts'
import { taskRulesOf } from '../../../../consumers/issue-commenter/task-rules-of.ts'
import { maxTasks, tasksIn } from '../../../../consumers/issue-commenter/tasks-in.ts'
import type { TrackerDestination } from '../../../../consumers/issue-commenter/trackers/tracker.ts'

const rules = (type: 'phabricator' | 'jira', task_pattern?: string) =>
  taskRulesOf({ type, ...(task_pattern && { task_pattern }) } as TrackerDestination)

test('a line names a task of Phabricator, or of Jira, and a task is named once', () => {
  const texts = [
    'Reads the table.\r\n\r\nBug: T12\r\nbug: t13 \nBug:T14\nBug: T12, T15\nSee Bug: T16\nBug: T0',
    'Bug: OPS-7',
    'Lamps\n\n  Bug: T12\nBug: T17',
  ]
  assert.deepEqual(tasksIn(texts, rules('phabricator')), ['T12', 'T13', 'T14', 'T17'])
  assert.deepEqual(tasksIn([...texts, 'Bug: ops_2-31\nBug: UTF-0\nBug: A-1'], rules('jira')), [
    'OPS-7',
    'OPS_2-31',
  ])
})

test('a pattern of the destination takes the place of the usual one, and must still name a task', () => {
  const closes = rules('jira', '^(?:Closes|Refs):?\\s+(\\S+)')
  assert.deepEqual(tasksIn(['closes OPS-1\nRefs: OPS-2, OPS-3\nBug: OPS-4\nCloses ../admin'], closes), [
    'OPS-1',
  ])
  assert.deepEqual(tasksIn(['Bug: 41'], rules('phabricator', 'Bug: (\\d+)')), [])
})

test('a pattern without exactly one group is refused', () => {
  const parse = (task_pattern: string) =>
    destinationShape.safeParse({ type: 'jira', url: 'https://jira.example', token: 'a-token', task_pattern })
  assert.ok(parse('^Task: (\\S+)').success && parse('^(?:Task|Bug): (?<task>\\S+)').success)
  for (const wrong of ['^Task: \\S+', '^(Task|Bug): (\\S+)', '(', ''])
    assert.match(parse(wrong).error?.issues[0]?.message ?? '', /exactly one group/, wrong)
})

test('long lines are not examined, and the list of tasks ends', () => {
  assert.deepEqual(tasksIn([`Bug: T1${' '.repeat(300)}`], rules('phabricator')), [])
  const many = Array.from({ length: 2 * maxTasks }, (_, index) => `Bug: T${index + 1}`).join('\n')
  assert.equal(tasksIn([many], rules('phabricator')).length, maxTasks)
})
