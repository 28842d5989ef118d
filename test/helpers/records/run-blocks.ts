import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { type Block, readPage } from './markdown.ts'

/** The code blocks of one page, also those inside of lists, which a test runs in a folder of its own. */
export interface PageBlocks {
  /** The text of the block behind the fence with this word, such as `check` in "sh check". */
  textOf(name: string): string
  /** Runs the shell block of this name, and returns what it printed. @throws AssertionError if it fails */
  run(name: string, env?: Environment): Promise<string>
  /** Runs a command in the same way, and returns what it printed. @throws AssertionError if it fails */
  shell(command: string, env?: Environment): Promise<string>
  /** The names of the shell blocks that have not been run. */
  notRun(): string[]
}

interface PageBlocksOptions {
  page: string
  /** The folder in which the blocks run. Its folder `bin` gets `bridge`, and comes first on the PATH. */
  folder: string
  env: Environment
  /** Texts of the page, such as an address, and what stands for them in the test. */
  replaced?: Readonly<Record<string, string>>
  /** Further programs on the PATH: shell scripts by their names. */
  programs?: Readonly<Record<string, string>>
}

const ourBridge = fileURLToPath(new URL('../../../cli/bridge.ts', import.meta.url))

export const openPageBlocks = async (options: PageBlocksOptions): Promise<PageBlocks> => {
  const { page, folder, env, replaced = {}, programs = {} } = options
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await symlink(ourBridge, join(bin, 'bridge'))
  await symlink(process.execPath, join(bin, 'node'))
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const blocks = indentedBlocksOf(readPage(page))
  const hasRun = new Set<string>()
  const nameOf = (info: string) => info.split(' ')[1] ?? ''
  const textOf = (name: string): string => {
    const found = blocks.find(({ info }) => nameOf(info) === name)
    assert.ok(found, `${page} has no block ${name}`)
    const replace = (text: string, [from, to]: [string, string]) => text.replaceAll(from, to)
    return Object.entries(replaced).reduce(replace, found.text)
  }
  const path = [bin, process.env.PATH].join(delimiter)
  const shell = (command: string, own: Environment = {}) =>
    runShell(command, folder, { ...env, PATH: path, NO_COLOR: '1', ...own })
  return {
    textOf,
    shell,
    run: async (name, own) => {
      hasRun.add(name)
      return await shell(textOf(name), own)
    },
    notRun: () =>
      blocks
        .filter(({ info }) => info.split(' ')[0] === 'sh')
        .map(({ info }) => nameOf(info))
        .filter((name) => !hasRun.has(name)),
  }
}

/** The blocks of a page. A block inside of a list is indented, and its lines lose this indentation. */
const indentedBlocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^( *)```([^\n`]*)\n([\s\S]*?)^\1```$/gm)].map(
    ([, indentation = '', info = '', text = '']) => ({
      info: info.trim(),
      text: text.replaceAll(new RegExp(`^${indentation}`, 'gm'), '').trimEnd(),
    }),
  )

const runShell = (text: string, cwd: string, env: Environment): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = { cwd, env: env as NodeJS.ProcessEnv, maxBuffer: 64 * 1024 * 1024 }
    execFile('sh', ['-euc', text], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new assert.AssertionError({ message: `${text}\n${error.code}\n${stdout}\n${stderr}` }))
    })
  })
