import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

interface Lockfile {
  packages: Record<string, { optionalDependencies?: Record<string, string> }>
}

const { packages } = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8'),
) as Lockfile

test('the lockfile holds every optional package of every package, for npm ci refuses it otherwise', () => {
  // A registry mirror that lacks the packages of other platforms makes `npm install` leave them out.
  const named = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.keys(optionalDependencies),
  )
  assert.ok(named.length > 0)
  assert.deepEqual(
    named.filter((name) => packages[`node_modules/${name}`] === undefined),
    [],
  )
})
