// Every runbook has a case in which its commands run on a broken stack, and every case has its runbook.
import assert from 'node:assert/strict'
import { globSync, readdirSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readPage } from '../helpers/records/markdown.ts'
import { casesByFile } from '../helpers/runbooks/all-cases.ts'
import { type Sign, signs } from '../helpers/runbooks/page-case.ts'
import { runbookCommands, runbookSections } from '../helpers/runbooks/runbook-commands.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cases = Object.values(casesByFile).flat()
const pages = readdirSync(new URL('../../docs/runbooks/', import.meta.url))
  .filter((file) => file !== 'README.md')
  .map((file) => file.replace('.md', ''))
const textOf = (page: string) => readPage(`docs/runbooks/${page}.md`).replaceAll(/\s+/g, ' ')
const isSign = (text: string): text is Sign => signs.some((sign) => sign === text)

test('every runbook has a case, and every case a runbook', () => {
  assert.deepEqual([...new Set(cases.map(({ page }) => page))].sort(), pages.toSorted())
})

test('every command of a runbook runs in a case of it, or a case says why it does not', () => {
  for (const { page, section, text } of pages.flatMap(runbookCommands)) {
    const entries = cases.flatMap((each) => (each.page === page ? Object.keys(each[section] ?? {}) : []))
    assert.ok(entries.includes(text), `${page}, ${section}: no case has \`${text}\``)
  }
})

test('the commands and metrics of a case stand in its runbook', () => {
  for (const each of cases)
    for (const section of runbookSections)
      for (const [text, entry] of Object.entries(each[section] ?? {})) {
        const page = textOf(each.page)
        if (!isSign(text)) assert.ok(page.includes(`\`${text}\``), `${each.page}: \`${text}\``)
        if ('leftOut' in entry) continue
        for (const [metric] of entry.shows.source.matchAll(/gitlab_bridge_\w+/g))
          assert.ok(page.includes(metric.replace(/_bucket$/, '')), `${each.page}: ${metric}`)
      }
})

test('every case looks at its symptom, and at its end', () => {
  for (const { page, broken, Look, Do, Verify } of cases) {
    const runs = [Look, Do, Verify].map((entries) =>
      Object.values(entries ?? {}).some((entry) => 'shows' in entry),
    )
    assert.ok(runs[0] || runs[1], `${page}, ${broken}: nothing shows the symptom`)
    assert.ok(runs[2], `${page}, ${broken}: nothing shows that it has ended`)
  }
})

test('every file of cases is run by one test file', () => {
  const files = globSync('test/{integration/runbooks/*,ldap/runbooks}.test.ts', { cwd: root })
  assert.deepEqual(files.sort(), Object.keys(casesByFile).sort())
})
