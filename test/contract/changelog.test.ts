import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPage } from '../helpers/records/markdown.ts'

const { version } = JSON.parse(readPage('package.json')) as { version: string }
const page = readPage('CHANGELOG.md')
const sections = [...page.matchAll(/^## (.*)$/gm)].map(([, title = '']) => title)

test('the newest section of the changelog is that of the version in package.json', () => {
  assert.ok(sections[0]?.startsWith(`[${version}] - `), sections[0])
  assert.equal(JSON.parse(readPage('package-lock.json')).version, version)
})

test('every section has a version and its date, newest first; only the newest may be unreleased', () => {
  assert.ok(sections.length >= 2)
  for (const [place, title] of sections.entries())
    assert.match(
      title,
      place === 0 ? /^\[[\d.]+\] - (\d{4}-\d\d-\d\d|unreleased)$/ : /^\[[\d.]+\] - \d{4}-\d\d-\d\d$/,
    )
  const versions = sections.map((title) => String(/\[(.*)\]/.exec(title)?.[1]))
  const newestFirst = versions.toSorted((a, b) => b.localeCompare(a, 'en', { numeric: true }))
  assert.deepEqual(versions, newestFirst)
})

test('a section has each heading of Keep a Changelog once, in its order, and no other', () => {
  const order = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']
  for (const section of page.split(/^## /m).slice(1)) {
    const headings = [...section.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => heading)
    assert.deepEqual(
      headings,
      order.filter((each) => headings.includes(each)),
      section.split('\n')[0],
    )
  }
})

test('the images and packages that pages and manifests name have this version', () => {
  const named: Readonly<Record<string, RegExp>> = {
    'deploy/kubernetes/overlays/one-gitlab/kustomization.yaml': /newTag: ([\w.]+)/g,
    'deploy/kubernetes/drain-claim/kustomization.yaml': /newTag: ([\w.]+)/g,
    'docs/kubernetes.md': /gitlab-kafka-bridge:([\w.]*\w)/g,
    'docs/operations.md': /gitlab-kafka-bridge-([\d.]+)\.tgz/g,
  }
  for (const [file, pattern] of Object.entries(named)) {
    const versions = [...readPage(file).matchAll(pattern)].map(([, found]) => found)
    assert.deepEqual([...new Set(versions)], [version], file)
  }
})
