import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { codeOf, pages, readPage } from '../helpers/records/markdown.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every command of `bridge`, by its name. */
const commands = new Map<string, Command>()
for (const file of globSync('cli/*/command.ts', { cwd: root })) {
  const doors: Record<string, unknown> = await import(`../../${file}`)
  for (const door of Object.values(doors)) if (door instanceof Command) commands.set(door.name(), door)
}

const optionsOf = (command: Command): Set<string> =>
  new Set(['--help', ...command.options.flatMap(({ long }) => long ?? [])])

/** What is wrong with a `bridge …` command line of a document; empty where nothing is. */
const faultsOf = (line: string): string[] => {
  const [, name = '', ...rest] = line.trim().split(/\s+/)
  if (name === '' || name.startsWith('-') || name === 'help') return []
  const command = commands.get(name)
  if (command === undefined) return [`there is no command ${name}`]
  const inner = command.commands.find((each) => each.name() === rest[0])
  const takesWord = command.commands.length === 0 || command.registeredArguments.length > 0
  if (!takesWord && inner === undefined && /^[a-z-]+$/.test(rest[0] ?? ''))
    return [`${name} has no command ${rest[0]}`]
  const options = new Set([...optionsOf(command), ...(inner === undefined ? [] : optionsOf(inner))])
  return rest.flatMap((word) => {
    const [, option] = /^(--[a-z-]+)/.exec(word) ?? []
    return option === undefined || options.has(option) ? [] : [`${name} has no option ${option}`]
  })
}

test('every command and option of bridge that a document names exists', () => {
  const faults: string[] = []
  let checked = 0
  for (const page of pages.filter((page) => page !== 'CHANGELOG.md'))
    for (const code of codeOf(readPage(page)))
      for (const [line] of code.matchAll(/(?<![\w/.-]|The )bridge [a-z-][^|;`)]*/g)) {
        checked += 1
        faults.push(...faultsOf(line).map((fault) => `${page}: ${line}: ${fault}`))
      }
  assert.ok(checked > 60, `${checked} commands were found`)
  assert.deepEqual(faults, [])
})

test('a command, a command of it and an option that do not exist are found', () => {
  assert.deepEqual(faultsOf('bridge offsets list push-author-log --json'), [])
  assert.deepEqual(faultsOf('bridge dance'), ['there is no command dance'])
  assert.deepEqual(faultsOf('bridge offsets move'), ['offsets has no command move'])
  assert.deepEqual(faultsOf('bridge tail push --forever'), ['tail has no option --forever'])
})

test('every command has help that says how to use it', () => {
  assert.ok(commands.size > 20, `${commands.size} commands`)
  for (const [name, command] of commands) {
    new Command('bridge').addCommand(command)
    const help = command.helpInformation()
    assert.ok(help.startsWith(`Usage: bridge ${name} `), help)
    assert.ok(command.description().length > 10, name)
  }
})

test('every npm script that a document names exists', () => {
  const { scripts } = JSON.parse(readPage('package.json')) as { scripts: Record<string, string> }
  const missing = pages
    .filter((page) => page !== 'CHANGELOG.md')
    .flatMap((page) =>
      codeOf(readPage(page))
        .flatMap((code) => [...code.matchAll(/npm run ([a-z0-9:-]+)/g)])
        .filter(([, name = '']) => scripts[name] === undefined)
        .map(([line]) => `${page}: ${line}`),
    )
  assert.deepEqual(missing, [])
})
