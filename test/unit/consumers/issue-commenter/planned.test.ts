import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { readRoutes } from '../../../../consumers/delivery/routes/read-routes.ts'
import { entriesOf } from '../../../../consumers/issue-commenter/entries-of.ts'
import { issueCommenter } from '../../../../consumers/issue-commenter/issue-commenter.ts'
import { trackerTypes } from '../../../../consumers/issue-commenter/trackers/tracker.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'
import { mergeRequestRecord } from '../../../helpers/records/merge-request-hooks.ts'

const token = 'a-token-that-nobody-may-see'
const routesFile = async (t: TestContext, more: object = {}, route: object = {}) => {
  const file = join(await temporaryFolder(t), 'routes.yaml')
  const destinations = {
    phabricator: { type: 'phabricator', url: 'https://phabricator.example', token },
    jira: { type: 'jira', url: 'https://jira.example', user: 'bot@example.com', token },
  }
  const routes = [{ to: ['phabricator', 'jira'], visibility: ['private'], ...route }]
  writeFileSync(file, JSON.stringify({ destinations, routes, ...more }))
  return file
}
const named = { description: 'Bug: T1\nBug: T2', message: 'Lamps\n\nBug: OPS-3' }

const plan = async (file: string | undefined, fact: Parameters<typeof mergeRequestRecord>[0] = 'open') =>
  await issueCommenter.dryRun(mergeRequestRecord(fact, named), { ...(file && { ROUTES_FILE: file }) })

test('a preview shows each comment with its task and its tracker, and no token', async (t) => {
  const effects = await plan(await routesFile(t))
  assert.deepEqual(
    effects.map((effect) => (effect.would === 'skip' ? effect.because : effect.to)),
    ['T1 in phabricator (phabricator)', 'T2 in phabricator (phabricator)', 'OPS-3 in jira (jira)'],
  )
  assert.match(JSON.stringify(effects), /was opened/)
  assert.ok(!JSON.stringify(effects).includes(token))
})

test('a preview says why nothing is written', async (t) => {
  const reasonOf = async (...given: Parameters<typeof plan>) => {
    const [effect] = await plan(...given)
    return effect?.would === 'skip' ? effect.because : 'something is written'
  }
  assert.match(await reasonOf(undefined), /ROUTES_FILE is not set/)
  assert.match(await reasonOf(await routesFile(t), 'update'), /with the action update leads to no comment$/)
  assert.match(await reasonOf(await routesFile(t, { own_users: ['mwrona'] })), /mwrona is one of own_users/)
  assert.match(await reasonOf(await routesFile(t, { routes: [] })), /no route to a tracker/)
  const visible = await routesFile(t, {}, { visibility: ['public'] })
  assert.match(await reasonOf(visible), /does not take the event: its visibility does not contain private/)
})

test('a record is one entry for each task, and commits are read only where something is told', async (t) => {
  const routes = readRoutes(await routesFile(t), trackerTypes).value
  let readings = 0
  const messages = async () => {
    readings++
    return ['Lamps\n\nBug: T2\nBug: OPS-3']
  }
  const entries = await entriesOf(mergeRequestRecord('merge', named), routes, messages)
  assert.deepEqual(
    entries.map(({ destination, part }) => [destination, part]),
    [
      ['phabricator', 'T1'],
      ['phabricator', 'T2'],
      ['jira', 'OPS-3'],
    ],
  )
  assert.deepEqual(await entriesOf(mergeRequestRecord('update', named), routes, messages), [])
  const ours = { ...routes, ownUsers: ['mwrona'] }
  assert.deepEqual(await entriesOf(mergeRequestRecord('merge', named), ours, messages), [])
  assert.equal(readings, 1)
})

test('a routes file whose tracker has no token is refused', async (t) => {
  const jira = { type: 'jira', url: 'https://jira.example' }
  const file = await routesFile(t, { destinations: { jira }, routes: [] })
  await assert.rejects(
    async () => issueCommenter.checkFiles?.({ ROUTES_FILE: file, ISSUE_COMMENTER_DATABASE_URL: '' }, false),
    {
      message: /destinations\.jira\.token: is missing/,
    },
  )
})
