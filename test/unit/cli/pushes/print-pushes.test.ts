import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pushesCommand } from '../../../../cli/pushes/command.ts'
import { type PushesOptions, printPushes } from '../../../../cli/pushes/print-pushes.ts'
import type { PushLine } from '../../../../consumers/push-author-log/push-line.ts'
import { UsageError } from '../../../../lib/errors.ts'
import { pushLine } from '../../../helpers/records/push-lines.ts'

const line = (others: Partial<PushLine>): PushLine =>
  pushLine({
    // Two lines with equal changes of one ref are one push.
    after: (others.delivery_id ?? '').padEnd(40, 'b'),
    delivery_id: 'one',
    ...others,
  })
const text = (others: Partial<PushLine>) => `${JSON.stringify(line(others))}\n`

const print = async (
  t: TestContext,
  files: Record<string, string>,
  options: PushesOptions = {},
  reported: string[] = [],
) => {
  const folder = mkdtempSync(join(tmpdir(), 'pushes-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  const printed: string[] = []
  const env = { PUSH_AUTHOR_LOG_DIR: folder }
  await printPushes(
    options,
    env,
    (each) => void printed.push(each),
    (each) => void reported.push(each),
  )
  return printed
}
const idsOf = (printed: string[]) => printed.map((each) => (JSON.parse(each) as PushLine).delivery_id)

const twoDays = {
  '2026-06-02.ndjson': text({
    pushed_at: '2026-06-02T09:00:00.000Z',
    delivery_id: 'three',
    project_id: 16,
    project_path: 'nordlicht/beacon',
  }),
  '2026-06-01.ndjson':
    text({ delivery_id: 'one' }) +
    text({
      pushed_at: '2026-06-01T23:00:00.000Z',
      delivery_id: 'two',
      user_id: 5,
      user_username: 'other',
      user_name: 'Other',
    }),
  'notes.txt': 'not ours',
}

test('pushes of all days are printed oldest first, as the log holds them', async (t) => {
  const printed = await print(t, twoDays, { json: true })
  assert.deepEqual(idsOf(printed), ['one', 'two', 'three'])
  assert.equal(`${printed[0]}\n`, text({ delivery_id: 'one' }))
})

test('a project is found by its id or its path, but not by a part of them', async (t) => {
  for (const project of ['15', 'nordlicht/signal'])
    assert.deepEqual(idsOf(await print(t, twoDays, { json: true, project })), ['one', 'two'])
  for (const project of ['1', 'signal'])
    assert.deepEqual(await print(t, twoDays, { json: true, project }), [], project)
})

test('a user is found by id, user name or name', async (t) => {
  for (const user of ['5', 'other', 'Other'])
    assert.deepEqual(idsOf(await print(t, twoDays, { json: true, user })), ['two'])
})

test('--since prints the pushes at or after that time', async (t) => {
  const since = (time: string) => print(t, twoDays, { json: true, since: new Date(time) }).then(idsOf)
  assert.deepEqual(await since('2026-06-01T23:00:00.000Z'), ['two', 'three'])
  assert.deepEqual(await since('2026-06-01T23:00:00.001Z'), ['three'])
  assert.deepEqual(await since('2026-06-03'), [])
})

test('all filters must match', async (t) => {
  assert.deepEqual(
    idsOf(await print(t, twoDays, { json: true, project: '15', user: '4', since: new Date('2026-06-01') })),
    ['one'],
  )
})

test('an incomplete last line is not printed', async (t) => {
  const torn = {
    '2026-06-01.ndjson': text({ delivery_id: 'one' }) + text({ delivery_id: 'two' }).slice(0, 50),
  }
  assert.deepEqual(idsOf(await print(t, torn, { json: true })), ['one'])
})

test('lines that are not pushes are not printed, but counted', async (t) => {
  const foreign = [
    'null',
    '4711',
    '"text"',
    '[]',
    '{}',
    '{"pushed_at": "2026-06-01T10:00:00.000Z"}',
    '',
    'no JSON',
  ].join('\n')
  const files = {
    '2026-06-01.ndjson': `${text({ delivery_id: 'one' })}${foreign}\n${text({ delivery_id: 'two' })}`,
  }
  assert.deepEqual(idsOf(await print(t, files, { json: true, since: new Date('2026-06-01') })), [
    'one',
    'two',
  ])
  const reported: string[] = []
  assert.equal((await print(t, files, {}, reported)).length, 2)
  assert.deepEqual(reported, ['2026-06-01.ndjson: 7 lines cannot be read as a push, the first is line 2.'])
})

test('the text form shows the time, the user, the project, the branch and the commits', async (t) => {
  const printed = async (others: Partial<PushLine>) =>
    String((await print(t, { '2026-06-01.ndjson': text(others) }))[0])
  const [place, shas] = ['nordlicht/signal  refs/heads/main', 'aaaaaaaaaa..bbbbbbbbbb']
  const time = '2026-06-01T10:00:00.000Z'
  const nobody = { user_username: null, user_name: null, user_id: null, project_path: null }
  assert.equal(await printed({}), `${time}  isolheim  ${place}  ${shas}, 2 commits`)
  assert.equal(await printed({ commits: 1 }), `${time}  isolheim  ${place}  ${shas}, 1 commit`)
  assert.equal(
    await printed({ user_username: null, commits: null }),
    `${time}  Ingrid Solheim  ${place}  ${shas}`,
  )
  assert.equal(await printed(nobody), `${time}  user ?  project 15  refs/heads/main  ${shas}, 2 commits`)
  assert.match(await printed({ suspected_test: true }), /, 2 commits, probably a test of the hook$/)
})

test('a missing push log is reported with the variable to set', async () => {
  const print = printPushes(
    {},
    { BRIDGE_DATA_DIR: '/nowhere' },
    () => {},
    () => {},
  )
  await assert.rejects(
    print,
    (error) => error instanceof UsageError && /\/nowhere\/pushes.*PUSH_AUTHOR_LOG_DIR/.test(error.message),
  )
})

const parseSince = (value: string): Date =>
  pushesCommand.options
    .find(({ long }) => long === '--since')
    ?.parseArg?.(value, undefined) as unknown as Date

test('since takes a date, a time, or a duration before now', () => {
  assert.equal(parseSince('2026-05-01').toISOString(), '2026-05-01T00:00:00.000Z')
  assert.equal(parseSince('2026-05-01T12:00:00+02:00').toISOString(), '2026-05-01T10:00:00.000Z')
  for (const [ago, millis] of [
    ['30m', 1_800_000],
    ['12h', 43_200_000],
    ['7d', 604_800_000],
  ] as const)
    assert.ok(Math.abs(Date.now() - millis - parseSince(ago).getTime()) < 5000, ago)
})

test('since refuses any other text, and names the option', () => {
  for (const value of ['12', 'yesterday', '7w', '', '-1d', '2026-13-01', `${'9'.repeat(20)}d`])
    assert.throws(() => parseSince(value), { name: 'UsageError', message: /^--since: .* 7d\)\.$/ }, value)
})

test('a line ends at a line feed only, whatever separators its names hold', async (t) => {
  const odd = 'refs/heads/a\u2028b\u2029c\u0085d'
  const files = {
    '2026-06-01.ndjson': text({ ref: odd, delivery_id: 'odd' }) + text({ delivery_id: 'next' }),
  }
  const reported: string[] = []
  assert.deepEqual(idsOf(await print(t, files, { json: true }, reported)), ['odd', 'next'])
  assert.deepEqual(reported, [])
})

test('the pushes of one day are printed oldest first, in whatever order they were written', async (t) => {
  const at = (hour: string) => text({ pushed_at: `2026-06-01T${hour}:00:00.000Z`, delivery_id: hour })
  const files = { '2026-06-01.ndjson': at('12') + at('09') + at('11') }
  assert.deepEqual(idsOf(await print(t, files, { json: true })), ['09', '11', '12'])
})

test('an empty filter is refused by its name', async (t) => {
  for (const name of ['user', 'project'])
    await assert.rejects(print(t, twoDays, { [name]: ' ' }), {
      name: 'UsageError',
      message: `--${name} is empty. Give it a value, or leave it out.`,
    })
})

test('invented pushes are left out unless they are asked for, and then they are marked', async (t) => {
  const files = {
    '2026-06-01.ndjson':
      text({ delivery_id: 'real' }) +
      text({ delivery_id: 'sent', source: 'sample' }) +
      text({ delivery_id: 'simulated', source: 'simulate' }),
  }
  assert.deepEqual(idsOf(await print(t, files, { json: true })), ['real'])
  const all = await print(t, files, { json: true, includeInvented: true })
  assert.deepEqual(idsOf(all), ['real', 'sent', 'simulated'])
  const marks = (await print(t, files, { includeInvented: true })).map((each) => each.split('commits')[1])
  assert.deepEqual(marks, ['', ', invented (sample)', ', invented (simulate)'])
})
