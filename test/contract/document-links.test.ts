import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { anchorsOf, codeOf, linksOf, pages, readPage } from '../helpers/records/markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('every link of the documents leads to a file and a heading that exist', () => {
  const broken: string[] = []
  let checked = 0
  for (const page of pages) {
    for (const link of linksOf(readPage(page))) {
      if (/^(https?|mailto):/.test(link)) continue
      checked += 1
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : normalize(join(dirname(page), path))
      const isThere =
        existsSync(join(root, target)) &&
        (anchor === undefined || anchorsOf(readPage(target)).includes(anchor))
      if (!isThere) broken.push(`${page}: ${link}`)
    }
  }
  assert.ok(checked > 100, `${checked} links were found`)
  assert.deepEqual(broken, [])
})

/** The worker that docs/write-a-worker.md makes. Its files exist only where somebody has followed it. */
const isExample = (path: string) => path.includes('/merge-request-labels')

const topFolders =
  'bench|cli|consumers|docs|examples|ingress|lib|local|monitoring|schemas|scripts|test|\\.ci|\\.bridge'
const pathPattern = new RegExp(`(?<![\\w./<>-])(?:${topFolders})/[\\w./-]*[\\w/]`, 'g')

/** Paths from the root that a text names, without those that have a placeholder such as `<name>`. */
const pathsIn = (text: string): string[] =>
  [...text.matchAll(pathPattern)]
    .filter(({ 0: path, index }) => !/^[<*…[{]/.test(text.slice(index + path.length)))
    .map(([path]) => path.replace(/\/$/, ''))
    .filter((path) => !path.startsWith('.bridge'))

test('every file and folder that a document names exists', () => {
  const missing: string[] = []
  let checked = 0
  for (const page of pages)
    for (const path of pathsIn(readPage(page).replaceAll(/\]\([^)]*\)/g, ']'))) {
      checked += 1
      if (!existsSync(join(root, path)) && !isExample(path)) missing.push(`${page}: ${path}`)
    }
  assert.ok(checked > 80, `${checked} paths were found`)
  assert.deepEqual(missing, [])
})

test('a path with a placeholder is not taken for a file', () => {
  assert.deepEqual(pathsIn('see `lib/errors.ts`, consumers/<name>/x.ts, ./lib/a.ts and `test/unit/`.'), [
    'lib/errors.ts',
    'test/unit',
  ])
})

test('docs/decisions/README.md lists every decision, and docs/README.md leads to every page', () => {
  const decisions = readdirSync(join(root, 'docs/decisions')).filter((file) => file !== 'README.md')
  assert.deepEqual(linksOf(readPage('docs/decisions/README.md')).sort(), decisions.sort())
  const index = linksOf(readPage('docs/README.md'))
  for (const page of globSync('*.md', { cwd: join(root, 'docs') }))
    if (page !== 'README.md') assert.ok(index.includes(page), page)
})

test('every top folder has a README of about ten lines', () => {
  for (const folder of [
    ...['bench', 'cli', 'consumers', 'examples', 'ingress', 'lib', 'local'],
    ...['monitoring', 'schemas', 'scripts', 'test'],
  ]) {
    const lines = readPage(`${folder}/README.md`).trimEnd().split('\n')
    assert.ok(lines.length >= 5 && lines.length <= 20, `${folder}: ${lines.length} lines`)
  }
})

test('every file and room that the README of a folder names is in that folder', () => {
  const missing: string[] = []
  for (const page of pages.filter((each) => /^[a-z]+\/README\.md$/.test(each) && !each.startsWith('docs/')))
    for (const code of codeOf(readPage(page)))
      if (/^[\w./-]+(\/|\.(ts|mjs|yml|json|py|java))$/.test(code)) {
        const isThere = [dirname(page), '.'].some((folder) => existsSync(join(root, folder, code)))
        if (!isThere) missing.push(`${page}: ${code}`)
      }
  assert.deepEqual(missing, [])
})

test('docs/architecture.md names every room of the code', () => {
  const page = readPage('docs/architecture.md')
  for (const folder of ['ingress', 'consumers', 'lib', 'local'])
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true }))
      if (entry.isDirectory()) assert.ok(page.includes(`${folder}/${entry.name}/`), `${folder}/${entry.name}`)
})

test('docs/architecture.md follows a hook to the produce request through at most eight files', () => {
  const files = [...readPage('docs/architecture.md').matchAll(/^\| (\d+)\. `([^`]+)` \|/gm)]
  assert.deepEqual(
    files.map(([, number]) => Number(number)),
    files.map((_, index) => index + 1),
  )
  assert.ok(files.length >= 5 && files.length <= 8, `${files.length} files`)
  assert.equal(files[0]?.[2], 'ingress/http/app.ts')
  const last = files.at(-1)?.[2] ?? ''
  assert.match(readPage(last), /producer\.sendBatch\(/, `${last} sends the produce request`)
})

test('docs/architecture.md names every middleware', () => {
  const page = readPage('docs/architecture.md')
  const pipeline = readPage('consumers/runtime/pipeline.ts')
  const middleware = [...pipeline.matchAll(/'\.\/middleware\/([\w-]+)\.ts'/g)]
    .map(([, name]) => name)
    .filter((name) => name !== 'chain')
  assert.ok(middleware.length >= 6)
  for (const name of middleware) assert.ok(page.includes(`consumers/runtime/middleware/${name}.ts`), name)
})
