import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { filterFor } from '../../../../../consumers/push-author-log/read/line-filter.ts'
import { scanPlain } from '../../../../../consumers/push-author-log/read/scan-plain.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'
import { pushLine } from '../../../../helpers/records/push-lines.ts'

const found = (path: string, texts: readonly string[]) => {
  const lines: string[] = []
  scanPlain(
    path,
    texts.map((text) => Buffer.from(text)),
    (line) => void lines.push(line),
  )
  return lines
}

test('exactly the lines that contain one of the texts are found, in order and once', async (t) => {
  const path = join(await temporaryFolder(t), 'lines')
  const words = fc.array(fc.constantFrom('ab', 'ba', 'xx', '\u2028', 'é'), { maxLength: 6 })
  fc.assert(
    fc.property(fc.array(words, { maxLength: 30 }), fc.boolean(), (parts, isTorn) => {
      const lines = parts.map((each) => each.join('-'))
      writeFileSync(path, lines.map((line) => `${line}\n`).join('') + (isTorn ? 'ab ba' : ''))
      for (const texts of [['ab'], ['ba', 'ab'], ['é']])
        assert.deepEqual(
          found(path, texts),
          lines.filter((line) => texts.some((text) => line.includes(text))),
        )
    }),
    { numRuns: 200 },
  )
})

test('lines are found across the pieces in which a file is read, and longer than these', async (t) => {
  const path = join(await temporaryFolder(t), 'lines')
  const lines = Array.from(
    { length: 5000 },
    (_, index) => `${index} ${'.'.repeat(index % 700)} needle ${index}`,
  )
  const long = `long ${'.'.repeat(600_000)} needle`
  writeFileSync(path, `${[...lines, long, 'needle at the end'].join('\n')}\n`)
  assert.deepEqual(found(path, ['needle']), [...lines, long, 'needle at the end'])
})

test('the texts of a filter are in every line that matches, whichever program wrote it', () => {
  const line = pushLine({ user_name: 'Jürgen Öztürk', user_username: '4711' })
  const spaced = JSON.stringify(line)
    .replaceAll('":', '": ')
    .replaceAll(',"', ', "')
    .replaceAll('ü', '\\u00fc')
  for (const [name, value] of [
    ['project', '15'],
    ['project', 'nordlicht/signal'],
    ['user', '4'],
    ['user', '4711'],
    ['user', 'Jürgen Öztürk'],
  ] as const) {
    const filter = filterFor(name, [value])
    for (const text of [JSON.stringify(line), spaced])
      assert.ok(
        filter?.texts.some((each) => text.includes(each.toString())),
        `${value} in ${text}`,
      )
  }
})

test('a filter lets no project pass whose path only begins or ends like the one that is asked for', () => {
  const [text, ...others] = filterFor('project', ['group/project-7'])?.texts ?? []
  assert.deepEqual(others, [])
  const has = (project_path: string) => JSON.stringify(pushLine({ project_path })).includes(`${text}`)
  assert.deepEqual(
    ['group/project-7', 'group/project-70', 'other/group/project-7', 'group/project-7/x'].map(has),
    [true, false, false, false],
  )
})

test('a value without a text that is safe to look for has no filter', () => {
  assert.equal(filterFor('user', ['李明']), undefined)
  assert.equal(filterFor('user', ['ü"ö']), undefined)
})
