// The bridge is in no package registry. A document that lets npm look for it there would run the code of a
// stranger who has taken the name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pages, readPage } from '../helpers/records/markdown.ts'

const { bin, name } = JSON.parse(readPage('package.json')) as { bin: Record<string, string>; name: string }
const ourNames = Object.keys(bin)

/** Pages about a clone, in which `npx bridge` is the command of the clone. */
const clonePages = new Set(['docs/try-it.md', 'docs/write-a-worker.md', 'CONTRIBUTING.md'])

/** The part of a page that is about production. */
const productionPartOf = (page: string): string => {
  if (clonePages.has(page)) return ''
  const text = readPage(page)
  return page === 'README.md' ? text.slice(text.indexOf('\n## Workers\n')) : text
}

const runners = 'npx|npm exec|pnpm dlx|yarn dlx|bunx'
const fetched = new RegExp(`(?:${runners})(?: -\\S+)* (?:${ourNames.join('|')})\\b.*`, 'g')
const installed = new RegExp(
  `npm (?:i|install|add)\\b(?: -\\S+)* (?:\\S+ )*(?:${ourNames.join('|')})(?:@\\S+)?(?=[\\s\`]|$).*`,
  'g',
)
const foundIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([line]) => line)

test('the command has two names, both of which run the same file', () => {
  assert.deepEqual(bin, { bridge: 'cli/bridge.ts', 'gitlab-kafka-bridge': 'cli/bridge.ts' })
  assert.ok(ourNames.includes(name))
})

test('documents of production use the installed command, never one that npm would look for', () => {
  for (const page of pages.filter((each) => each !== 'CHANGELOG.md'))
    assert.deepEqual(foundIn(productionPartOf(page), fetched), [], page)
})

test('no document installs the bridge by its name, or runs its long name with npx', () => {
  for (const page of pages.filter((each) => each !== 'CHANGELOG.md')) {
    const text = readPage(page)
    assert.deepEqual(foundIn(text, installed), [], page)
    assert.doesNotMatch(text, /npx(?: -\S+)* gitlab-kafka-bridge/, page)
  }
})

test('the patterns find what they look for, and nothing else', () => {
  for (const line of ['npx bridge setup', 'npx --yes gitlab-kafka-bridge ingress', 'pnpm dlx bridge lag'])
    assert.deepEqual(foundIn(line, fetched), [line])
  for (const line of ['npm install --global gitlab-kafka-bridge', 'npm i -g bridge@1'])
    assert.deepEqual(foundIn(line, installed), [line])
  for (const line of ['npx node --test', 'bridge setup', 'npm install --global .'])
    assert.deepEqual([...foundIn(line, fetched), ...foundIn(line, installed)], [], line)
})

test('the part of the README about production was found', () => {
  assert.match(productionPartOf('README.md'), /npm install --global \.[\s\S]*\nbridge setup\b/)
})
