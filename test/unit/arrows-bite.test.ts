import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { findViolations } from '../arrows/cruise.ts'
import { roomTables } from '../arrows/room-tables.ts'
import { roomsInCircles } from '../arrows/rooms.ts'
import type { ArrowRule } from '../arrows/rule.ts'
import { arrowRules } from '../arrows/rules.ts'
import { temporaryFolder } from '../helpers/process/temporary-folder.ts'

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

const write = async (path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

/** Writes the files that break a rule: each one imports the next. */
const writeBrokenTree = async (root: string, { brokenBy, to }: ArrowRule): Promise<void> => {
  const importers = brokenBy.slice(0, -1)
  for (const [index, importer] of importers.entries())
    await write(join(root, importer), importOf(importer, brokenBy[index + 1] ?? ''))
  const last = brokenBy.at(-1) ?? ''
  if (importers.includes(last) || 'couldNotResolve' in to) return
  if (isFile(last)) return write(join(root, last), 'export type Imported = string\n')
  await write(join(root, 'node_modules', last, 'package.json'), '{ "main": "index.js" }')
  await write(join(root, 'node_modules', last, 'index.js'), '')
}

for (const rule of arrowRules)
  test(`the guard reports a tree that breaks the rule "${rule.name}"`, async (t) => {
    const root = await temporaryFolder(t)
    await writeBrokenTree(root, rule)
    const { violations } = await findViolations(root, arrowRules)
    assert.ok(
      violations.some(({ rule: name, from }) => name === rule.name && from === rule.brokenBy[0]),
      `not among the reported violations: ${JSON.stringify(violations)}`,
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
