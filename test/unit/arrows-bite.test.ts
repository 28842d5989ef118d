import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { findViolations, type Violation } from '../arrows/cruise.ts'
import { roomTables } from '../arrows/room-tables.ts'
import { roomsInCircles } from '../arrows/rooms.ts'
import { arrowRules } from '../arrows/rules.ts'

const isFile = (name: string): boolean => name.endsWith('.ts')

/**
 * Type imports count as imports, so files of ours are imported by type.
 * Packages are imported with their code.
 */
const importOf = (importer: string, imported: string): string => {
  if (!isFile(imported)) return `import * as imported from '${imported}'\n`
  const path = relative(dirname(importer), imported)
  return `import type * as imported from '${path.startsWith('.') ? path : `./${path}`}'\n`
}

/**
 * Path of a file → its lines, for one tree that breaks every rule once. A file may break several rules.
 * One tree for all rules is read in a second, where a tree for each rule takes a minute.
 */
const brokenTree = (): ReadonlyMap<string, ReadonlySet<string>> => {
  const files = new Map<string, Set<string>>()
  const add = (path: string, line: string): void => {
    files.set(path, (files.get(path) ?? new Set()).add(line))
  }
  for (const { brokenBy, to } of arrowRules) {
    const importers = brokenBy.slice(0, -1)
    for (const [index, importer] of importers.entries())
      add(importer, importOf(importer, brokenBy[index + 1] ?? ''))
    const last = brokenBy.at(-1) ?? ''
    if (importers.includes(last) || 'couldNotResolve' in to) continue
    if (isFile(last)) {
      add(last, 'export type Imported = string\n')
      continue
    }
    add(join('node_modules', last, 'package.json'), '{ "main": "index.js" }')
    add(join('node_modules', last, 'index.js'), '')
  }
  return files
}

/** Each line gets a name of its own, so that a file may hold several imports. */
const textOf = (lines: ReadonlySet<string>): string =>
  [...lines].map((line, index) => line.replace('as imported', `as imported${index}`)).join('')

const violationsOfBrokenTree = async (): Promise<Violation[]> => {
  const root = await mkdtemp(join(tmpdir(), 'bridge-arrows-'))
  try {
    for (const [path, lines] of brokenTree()) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), textOf(lines))
    }
    return (await findViolations(root, arrowRules)).violations
  } finally {
    await rm(root, { recursive: true })
  }
}

const found = violationsOfBrokenTree()

for (const { name, brokenBy } of arrowRules)
  test(`the guard reports a tree that breaks the rule "${name}"`, async () => {
    const reported = (await found).filter((violation) => violation.rule === name)
    assert.ok(
      reported.some(({ from }) => from === brokenBy[0]),
      `reported for this rule: ${JSON.stringify(reported)}`,
    )
  })

test('every rule has a name of its own', () => {
  const names = arrowRules.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  )
})

test('the tables of rooms have no circle themselves, and name no room that does not exist', () => {
  for (const [folder, rooms] of Object.entries(roomTables)) {
    assert.deepEqual(roomsInCircles(rooms), [], folder)
    const unknown = Object.values(rooms)
      .flat()
      .filter((room) => rooms[room] === undefined)
    assert.deepEqual(unknown, [], folder)
  }
})

test('a reader who opens the ingress sees at most 16 rooms', () => {
  // The table is complete, which a rule above checks.
  assert.ok(Object.keys(roomTables.ingress ?? {}).length <= 16)
})
