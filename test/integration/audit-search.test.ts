// `bridge audit search` finds rows, and finds them by indexes. The test has a PostgreSQL of its own.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type SearchOptions, search } from '../../cli/audit/search.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { type SearchFilters, searchQuery } from '../../consumers/audit-log/read/search-query.ts'
import { pushRow } from '../helpers/audit/audit-rows.ts'
import { generateEvents } from '../helpers/audit/generate-events.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'

const database = await openAuditDatabase()
after(() => database.close())
const env = { DATABASE_URL: database.databaseUrl, BRIDGE_DATA_DIR: database.folder }

const hour = 3_600_000
const start = Date.now() - 20 * hour
const at = (offset: number, others: Parameters<typeof pushRow>[1]) =>
  pushRow(offset, { received_at: start + offset * hour, ...others })
await appendRows(database.pool, [
  at(0, { user_username: 'ada', user_id: 41, raw: Buffer.from('{"note":"Größe 100%"}') }),
  at(1, { user_username: 'grace', user_id: 42, project_id: 16, project_path: 'nordlicht/sub/other' }),
  at(2, { event_type: 'user_create', user_username: null, user_id: null, user_name: null, subject_id: 41 }),
  at(3, { project_id: 17, project_path: 'nordlichter/x', user_id: 43, user_username: '41' }),
  at(4, { user_id: 44, user_username: 'linus', source: 'sample', raw: Buffer.from([0xff, 0xfe]) }),
  at(5, {
    event_type: 'group_create',
    user_id: null,
    group_id: 7,
    group_path: 'nordlicht',
    project_id: null,
  }),
])

const run = async (options: Partial<SearchOptions>) => {
  const [lines, reports]: [string[], string[]] = [[], []]
  const report = (line: string) => reports.push(line)
  await search({ limit: 100, ...options }, env, (line) => lines.push(line), report)
  return { lines, reports }
}
const offsetsOf = async (options: Partial<SearchOptions>): Promise<number[]> => {
  const { lines } = await run({ json: true, ...options })
  return lines.map((line) => (JSON.parse(line) as { kafka_offset: number }).kafka_offset)
}

test('a person is found as actor and as subject, by user name and by id', async () => {
  assert.deepEqual(await offsetsOf({ user: 'ada' }), [5, 0])
  assert.deepEqual(await offsetsOf({ user: '41' }), [3, 2, 0], 'a user may be called 41')
})

test('projects are found by id and path, groups with all that is below them', async () => {
  assert.deepEqual(await offsetsOf({ project: '16' }), [1])
  assert.deepEqual(await offsetsOf({ project: 'nordlicht/sub/other' }), [1])
  assert.deepEqual(await offsetsOf({ group: 'nordlicht' }), [5, 4, 2, 1, 0], 'nordlichter is another group')
  assert.deepEqual(await offsetsOf({ group: '7' }), [5])
})

test('filters are combined; times include the first and exclude the last', async () => {
  assert.deepEqual(await offsetsOf({ user: 'grace', project: '16', event: ['push', 'tag_push'] }), [1])
  assert.deepEqual(await offsetsOf({ user: 'grace', project: '15' }), [])
  const [since, until] = [new Date(start + hour), new Date(start + 3 * hour)]
  assert.deepEqual(await offsetsOf({ since, until }), [2, 1])
})

test('a text is found in the sentence without regard to case, and in the body as it is', async () => {
  const since = new Date(start)
  assert.deepEqual(await offsetsOf({ text: 'Größe 100%', since }), [0])
  assert.deepEqual(await offsetsOf({ text: 'größe 100%', since }), [])
  assert.deepEqual(await offsetsOf({ text: 'Größe', since, withoutBody: true }), [])
  assert.equal((await offsetsOf({ text: 'PUSHED 1 COMMIT', since })).length, 6)
  assert.deepEqual(await offsetsOf({ text: '%', since, user: 'grace' }), [], 'it is no wildcard')
  await assert.rejects(run({ text: 'x' }), /--text reads every row, so it needs --since/)
  await assert.rejects(run({ event: ['pusch'] }), /There is no event "pusch"/)
  await assert.rejects(run({ user: ' ' }), /--user is empty/)
})

test('the table has the sentence and marks invented events, and says when there is more', async () => {
  const { lines, reports } = await run({ limit: 2 })
  assert.match(lines[0] ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z +5 {2}group_create {6}Ada Lövelace \(ada\) pushed/)
  assert.match(lines[1] ?? '', / \[invented: sample\]$/)
  assert.deepEqual(reports, [
    'There are more rows. Only the newest 2 are shown: narrow the search, or raise --limit.',
  ])
  assert.deepEqual((await run({ user: 'nobody' })).reports, ['No row matches.'])
})

test('JSON has every column, with the body as text or in base64', async () => {
  const { lines } = await run({ json: true, user: 'linus' })
  const row = JSON.parse(lines[0] ?? '')
  assert.deepEqual([row.raw, row.raw_base64, row.leaf_index], [undefined, '//4=', 4])
  const ada = JSON.parse((await run({ json: true, user: 'ada', project: '15' })).lines.at(-1) ?? '')
  assert.deepEqual(
    [ada.raw, ada.user_id, ada.received_at],
    ['{"note":"Größe 100%"}', 41, new Date(start).toISOString()],
  )
  const { lines: without } = await run({ json: true, user: 'linus', withoutBody: true })
  assert.ok(!('raw_base64' in JSON.parse(without[0] ?? '')))
})

test('CSV has a line with the names of the columns, and no body', async () => {
  const { lines } = await run({ csv: true, user: 'grace' })
  assert.match(lines[0] ?? '', /^received_at,occurred_at,event_type,summary,/)
  assert.match(lines[1] ?? '', /^\d{4}[^,]+,,push,Ada Lövelace \(ada\) pushed 1 commit/)
})

const questions: Readonly<Record<string, SearchFilters>> = {
  user: { user: 'user-77' },
  'user by id': { user: '77' },
  project: { project: '123' },
  'project by path': { project: 'group-3/project-123' },
  group: { group: 'group-3/project-123' },
  event: { events: ['group_create'] },
  time: { since: new Date(Date.now() - 30 * 86_400_000), until: new Date(Date.now() - 29 * 86_400_000) },
  'user and project': { user: 'user-77', project: '123' },
}

test('among 200,000 rows, every question is answered by an index', async () => {
  await generateEvents(database.pool, 200_000)
  for (const [name, filters] of Object.entries(questions)) {
    const { text, values } = searchQuery(filters, {
      searched: 'events_with_body',
      shown: 'events_without_body',
      limit: 101,
    })
    const { rows } = await database.pool.query(`explain ${text}`, values)
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    assert.match(plan, /Index (Only )?Scan/, name)
    const scanned = [...plan.matchAll(/Seq Scan on (\w+).*rows=(\d+)/g)].filter(
      ([, , count]) => Number(count) > 1,
    )
    assert.deepEqual(
      scanned.map(([line]) => line),
      [],
      `${name}:\n${plan}`,
    )
  }
})
