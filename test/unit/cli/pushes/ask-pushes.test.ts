import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pushesCommand } from '../../../../cli/pushes/command.ts'
import { type PushesOptions, printPushes } from '../../../../cli/pushes/print-pushes.ts'
import type { PushLine } from '../../../../consumers/push-author-log/push-line.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'
import { linesOfMoves, pushLine, secondOf, updateLine } from '../../../helpers/records/push-lines.ts'

/** What `bridge pushes` prints about logs in several folders. */
const ask = async (
  t: TestContext,
  folders: readonly PushLine[][],
  options: PushesOptions = {},
  report: (sentence: string) => void = assert.fail,
) => {
  const parent = await temporaryFolder(t)
  const paths = folders.map((lines, index) => {
    const folder = join(parent, `host-${index}`)
    mkdirSync(folder)
    for (const line of lines)
      writeFileSync(join(folder, `${line.pushed_at.slice(0, 10)}.ndjson`), `${JSON.stringify(line)}\n`, {
        flag: 'a',
      })
    return folder
  })
  const printed: PushLine[] = []
  const print = (text: string) => void printed.push(JSON.parse(text) as PushLine)
  await printPushes({ ...options, folder: paths, json: true }, {}, print, report)
  return printed
}

const five = ['a', 'b', 'c', 'd', 'e'].map((name) => `refs/heads/${name}`)
const updateOfFive = five.map((ref) => updateLine({ ref, delivery_id: 'update' }))
const pushOfOne = pushLine({ ref: 'refs/heads/e', delivery_id: 'push', pushed_at: secondOf(1) })

test('a push of five branches that only a repository update reports is five lines', async (t) => {
  assert.deepEqual(await ask(t, [updateOfFive]), updateOfFive)
})

test('a push of five branches is five lines, also with a push hook and a second source', async (t) => {
  const otherSource = [...updateOfFive, pushOfOne].map((line) => ({
    ...line,
    source: 'group',
    delivery_id: `${line.delivery_id} of group`,
  }))
  const expected = [...updateOfFive.slice(0, 4), pushOfOne]
  assert.deepEqual(await ask(t, [[...updateOfFive, pushOfOne]]), expected)
  assert.deepEqual(await ask(t, [[pushOfOne, ...updateOfFive]]), expected)
  const both = await ask(t, [[...updateOfFive, pushOfOne, ...otherSource]])
  assert.deepEqual(both.map(({ ref }) => ref).toSorted(), five)
  assert.ok(both.some(({ source_event }) => source_event === 'push'))
})

test('two folders that hold different hooks of the same pushes give one answer', async (t) => {
  const moves = 'A B, B A, A B'
  const pushes = linesOfMoves(moves)
  const updates = linesOfMoves(moves, { source_event: 'repository_update' }, 0.5)
  assert.deepEqual(await ask(t, [pushes, updates]), pushes)
  assert.deepEqual(await ask(t, [updates, pushes]), pushes)
  assert.deepEqual(await ask(t, [[...pushes.slice(0, 1), ...updates.slice(1)], pushes.slice(1)]), pushes)
})

const history = [
  ...linesOfMoves('0000 A, A B, B C', { user_id: 5, user_username: 'anna', user_name: 'Anna Berg' }),
  ...linesOfMoves('C D', {}, 10),
  ...linesOfMoves('B D', { user_id: 6, user_username: 'clicker' }, 20),
  ...linesOfMoves('0000 X, X 0000', { ref: 'refs/heads/old', user_id: 5, user_username: 'anna' }, 30),
  ...linesOfMoves('0000 T', { ref: 'refs/tags/main', user_id: 5, user_username: 'anna' }, 5),
  ...linesOfMoves('0000 P', { project_id: 16, project_path: 'nordlicht/beacon' }, 3),
]

test('--last prints the last push of a project: not a test of the hook, and not a deletion', async (t) => {
  const [line, ...others] = await ask(t, [history], { project: 'nordlicht/signal', last: true })
  assert.deepEqual([line?.user_username, line?.after, others], ['isolheim', 'D', []])
  assert.equal((await ask(t, [history], { last: true })).length, 2)
})

test('--last with a ref prints who last pushed to it, also where that deleted it', async (t) => {
  const lastOf = async (ref: string) =>
    (await ask(t, [history], { project: '15', ref, last: true })).map((line) => line.after)
  assert.deepEqual(await lastOf('refs/heads/main'), ['D'])
  assert.deepEqual(await lastOf('old'), ['0000'])
  assert.deepEqual(await lastOf('nothing'), [])
})

test('--heads prints the newest commit of each branch and tag', async (t) => {
  const heads = await ask(t, [history], { project: '15', heads: true })
  assert.deepEqual(
    heads.map(({ ref, after }) => `${ref} ${after}`),
    ['refs/tags/main T', 'refs/heads/main D', 'refs/heads/old 0000'],
  )
})

test('a head is found in the whole history, also with --since', async (t) => {
  const old = linesOfMoves('A B, B C').map((line) => ({ ...line, pushed_at: '2026-05-20T00:00:00.000Z' }))
  const late = linesOfMoves('A B', { source: 'group' })
  assert.deepEqual(await ask(t, [[...old, ...late]], { heads: true, since: new Date(secondOf(0)) }), [])
})

test('--deletions prints who deleted what', async (t) => {
  const [line, ...others] = await ask(t, [history], { deletions: true })
  assert.deepEqual([line?.ref, line?.user_username, others], ['refs/heads/old', 'anna', []])
})

test('a user is found in pushes that only a repository update reports', async (t) => {
  const lines = [
    ...linesOfMoves('A B', { ref: 'refs/heads/one' }),
    ...linesOfMoves('A B', { ref: 'refs/heads/two', source_event: 'repository_update', project_id: 17 }, 1),
    ...linesOfMoves('A B', { ref: 'refs/heads/three', user_id: 5, user_username: 'anna' }, 2),
  ]
  assert.deepEqual(
    (await ask(t, [lines], { user: 'isolheim' })).map(({ ref }) => ref),
    ['refs/heads/one', 'refs/heads/two'],
  )
})

test('the pushes of a user are counted among those of others', async (t) => {
  const [one, two, three] = linesOfMoves('A B, B A, A B')
  assert.ok(one && two && three)
  const lines = [one, { ...two, user_id: 5, user_username: 'anna' }, three]
  assert.deepEqual(await ask(t, [lines], { user: 'isolheim' }), [one, three])
})

const moved = [
  ...linesOfMoves('0000 A, A B'),
  ...linesOfMoves('B C', { project_path: 'havblikk/signal' }, 10),
]
const successor = linesOfMoves('0000 N', { project_id: 20 }, 20)

test('a project is found by its present and its former path, with the pushes under both', async (t) => {
  for (const project of ['nordlicht/signal', 'havblikk/signal', '15'])
    assert.deepEqual(await ask(t, [moved], { project }), moved, project)
  for (const project of ['nordlicht/signal', 'havblikk/signal']) {
    const [last, ...others] = await ask(t, [moved.slice(0, 2), moved.slice(2)], { project, last: true })
    assert.deepEqual([last?.after, others], ['C', []], project)
  }
  const late = await ask(t, [moved], { project: 'nordlicht/signal', since: new Date(secondOf(10)) })
  assert.deepEqual(late, moved.slice(2))
})

test('a path that belongs to another project now means that project, and says so', async (t) => {
  const sentences: string[] = []
  const report = (sentence: string) => void sentences.push(sentence)
  const folders = [[...moved, ...successor]]
  const project = 'nordlicht/signal'
  assert.deepEqual(await ask(t, folders, { project }, report), successor)
  assert.deepEqual(await ask(t, folders, { project, ref: 'main', last: true }, report), successor)
  const sentence =
    'nordlicht/signal was the path of project 15 before, which is havblikk/signal now. ' +
    'Its pushes are left out: --project 15 prints them.'
  assert.deepEqual(sentences, [sentence, sentence])
  assert.deepEqual(await ask(t, folders, { project: 'havblikk/signal' }), moved)
})

test('a folder that does not exist is refused by its option', async () => {
  const asked = printPushes({ folder: ['/nowhere'] }, {}, assert.fail, assert.fail)
  await assert.rejects(asked, { name: 'UsageError', message: '--folder: there is no folder /nowhere.' })
})

test('only one of --last, --heads and --deletions is accepted', () => {
  for (const pair of [
    ['--last', '--heads'],
    ['--heads', '--deletions'],
    ['--last', '--deletions'],
  ]) {
    const command = pushesCommand
      .createCommand('pushes')
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
    for (const option of pushesCommand.options) command.addOption(option)
    assert.throws(
      () => command.parse(pair, { from: 'user' }),
      { code: 'commander.conflictingOption' },
      pair.join(' '),
    )
  }
})
