import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { zstdDecompressSync } from 'node:zlib'
import { printPushes } from '../../../../../cli/pushes/print-pushes.ts'
import type { PersonalDataFunctions } from '../../../../../consumers/personal-data/personal-data.ts'
import { createDirectoryCopy } from '../../../../../consumers/push-author-log/copies/directory-copy.ts'
import { openPushFiles } from '../../../../../consumers/push-author-log/files/push-files.ts'
import { pushAuthorLog } from '../../../../../consumers/push-author-log/push-author-log.ts'
import type { PushLine } from '../../../../../consumers/push-author-log/push-line.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'
import { linesOfMoves, pushLine } from '../../../../helpers/records/push-lines.ts'

const personalData = pushAuthorLog.personalData as PersonalDataFunctions
const ingrid = {
  ids: [4],
  usernames: ['isolheim'],
  emails: [],
  names: ['Ingrid Solheim'],
  instance: undefined,
}
const anna = { user_id: 5, user_username: 'anna', user_name: 'Anna Berg' }
const hourMs = 60 * 60 * 1000
const names = /isolheim|Ingrid|"user_id":4\b/

const today = new Date().toISOString().slice(0, 10)
/** Two days: one that is closed, with a repeat, and the present one. */
const lines = [
  ...linesOfMoves('0000 A, A B'),
  ...linesOfMoves('A B', { source: 'group' }, 2),
  ...linesOfMoves('B C', anna, 3),
  ...linesOfMoves('C D').map((line) => ({
    ...line,
    pushed_at: `${today}T00:00:00.000Z`,
    delivery_id: 'last',
  })),
]

const openLog = async (t: TestContext) => {
  const folder = await temporaryFolder(t)
  const files = await openPushFiles(folder)
  await files.append(lines)
  await files.keepUp(Date.now() + hourMs)
  t.after(() => files.close())
  return { folder, files }
}

/** All lines of all files, as text. */
const textIn = (folder: string): string =>
  readdirSync(folder)
    .filter((name) => /^\d/.test(name) && !name.endsWith('.index'))
    .map((name) => {
      const bytes = readFileSync(join(folder, name))
      // A small frame with the length of the block comes first.
      return String(name.endsWith('.zst') ? zstdDecompressSync(bytes.subarray(12)) : bytes)
    })
    .join('')

const pushesIn = async (folder: string, options: object = {}) => {
  const printed: PushLine[] = []
  const print = (text: string) => void printed.push(JSON.parse(text) as PushLine)
  await printPushes({ ...options, folder: [folder], json: true }, {}, print, assert.fail)
  return printed
}
const afters = (pushes: readonly PushLine[]) => pushes.map(({ after }) => after)

test('a person is taken out of open and closed days, and what was pushed stays', async (t) => {
  const { folder, files } = await openLog(t)
  await files.close()
  assert.match(textIn(folder), names)
  const env = { PUSH_AUTHOR_LOG_DIR: folder }
  assert.deepEqual(await personalData.erase(ingrid, 'request 1', env), [
    { store: folder, state: 'done', what: '4 lines have lost the person who pushed' },
  ])
  assert.doesNotMatch(textIn(folder), names)
  assert.deepEqual(afters(await pushesIn(folder)), ['A', 'B', 'C', 'D'])
  assert.deepEqual(afters(await pushesIn(folder, { heads: true })), ['D'])
  assert.deepEqual(afters(await pushesIn(folder, { user: 'anna' })), ['C'])
  assert.deepEqual(await pushesIn(folder, { user: 'isolheim' }), [])
  assert.deepEqual(await personalData.report(ingrid, env), [
    { store: folder, state: 'done', what: 'no line names the person' },
  ])
})

test('the same deliveries do not bring the person back, and the log goes on', async (t) => {
  const { folder, files } = await openLog(t)
  await files.close()
  await personalData.erase(ingrid, 'request 1', { PUSH_AUTHOR_LOG_DIR: folder })
  const again = await openPushFiles(folder)
  t.after(() => again.close())
  await again.append([...lines, pushLine({ ...anna, ref: 'refs/heads/new', delivery_id: 'new' })])
  assert.doesNotMatch(textIn(folder), names)
  assert.equal((await pushesIn(folder)).length, 5)
})

test('while the worker runs, nothing is changed, and the report says what to do', async (t) => {
  const { folder } = await openLog(t)
  const env = { PUSH_AUTHOR_LOG_DIR: folder }
  assert.deepEqual(await personalData.erase(ingrid, 'request 1', env), [])
  const why = '4 lines name the person, and the worker push-author-log is running: stop it and erase again'
  assert.deepEqual(await personalData.report(ingrid, env), [{ store: folder, state: 'cannot', why }])
  const [expires] = await personalData.report(ingrid, { ...env, PUSH_AUTHOR_LOG_RETENTION_DAYS: '30' })
  assert.equal(expires?.state, 'expires')
})

test('a second copy loses the person, too, and continues where it was', async (t) => {
  const { folder, files } = await openLog(t)
  const target = await temporaryFolder(t)
  const update = async () => {
    const copy = createDirectoryCopy(folder, target, undefined)
    await copy.update(new AbortController().signal)
    await copy.close()
  }
  await update()
  await files.close()
  const env = { PUSH_AUTHOR_LOG_DIR: folder, PUSH_AUTHOR_LOG_COPY_DIR: target }
  assert.equal((await personalData.erase(ingrid, 'request 1', env)).length, 2)
  const again = await openPushFiles(folder)
  t.after(() => again.close())
  await again.append([pushLine({ ...anna, ref: 'refs/heads/new', delivery_id: 'new' })])
  await update()
  assert.doesNotMatch(textIn(target), names)
  assert.equal((await pushesIn(target)).length, 5)
})
