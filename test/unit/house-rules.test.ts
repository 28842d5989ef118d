import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

const maxColumns = 110
const maxLinesOfSource = 250
const maxLinesOfTest = 300
const maxMedianLines = 60
const maxLinesOfFunction = 60

/** Files that we write by hand. Generated types, samples of GitLab and installed packages are not. */
const files = globSync('**/*.{ts,mts,mjs}', { cwd: root, exclude: ['node_modules', 'test/fixtures'] })
  .filter((path) => !path.endsWith('.generated.ts'))
  .map((path) => ({ path, lines: readLines(path), isTest: path.startsWith('test/') }))

function readLines(path: string): string[] {
  return readFileSync(join(root, path), 'utf8').replace(/\n$/, '').split('\n')
}

const sources = files.filter(({ isTest }) => !isTest)

test('the rules see the sources and the tests', () => {
  assert.ok(sources.length > 200 && files.length > sources.length)
})

test(`no line is longer than ${maxColumns} columns`, () => {
  const tooLong = files.flatMap(({ path, lines }) =>
    lines
      .map((line, index) => ({ place: `${path}:${index + 1}`, line }))
      // The system reads the first line of a program (`#!`) as a whole, so it cannot be wrapped.
      .filter(({ line }) => line.length > maxColumns && !line.startsWith('#!'))
      .map(({ place, line }) => `${place}: ${line.length} columns`),
  )
  assert.deepEqual(tooLong, [])
})

const limits = `${maxLinesOfSource} lines, and no test file more than ${maxLinesOfTest}`
test(`no source file has more than ${limits}`, () => {
  const tooLong = files
    .filter(({ lines, isTest }) => lines.length > (isTest ? maxLinesOfTest : maxLinesOfSource))
    .map(({ path, lines }) => `${path}: ${lines.length} lines`)
  assert.deepEqual(tooLong, [])
})

test(`half of the source files have at most ${maxMedianLines} lines`, () => {
  const sizes = sources.map(({ lines }) => lines.length).sort((a, b) => a - b)
  const median = sizes[Math.floor(sizes.length / 2)] ?? Number.NaN
  assert.ok(median <= maxMedianLines, `the median is ${median}`)
})

test('no file is named with a word of our own making where the field has one', () => {
  const words = /outlet|carry|household|turns|complaint|roomy|stray|foretell|standing|telling/
  assert.deepEqual(
    files.map(({ path }) => path).filter((path) => words.test(basename(path))),
    [],
  )
})

test(`no function of the sources has more than ${maxLinesOfFunction} lines without a reason`, () => {
  const { linter, overrides } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
  const rule = linter.rules.complexity?.noExcessiveLinesPerFunction
  assert.deepEqual(rule, { level: 'error', options: { maxLines: maxLinesOfFunction } })
  for (const { includes, linter: exception } of overrides)
    if (exception.rules.complexity?.noExcessiveLinesPerFunction !== undefined)
      assert.deepEqual(includes, ['test/**'])
  const withoutReason = /biome-ignore lint\/complexity\/noExcessiveLinesPerFunction(?!: \w+ \w+ \w+)/
  assert.deepEqual(
    sources.filter(({ lines }) => lines.some((line) => withoutReason.test(line))).map(({ path }) => path),
    [],
  )
})
