import { execFile } from 'node:child_process'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Environment } from '../../../lib/config.ts'
import { blocksOf, readPage } from '../records/markdown.ts'
import { pythonWith } from './python.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Maven, the compiler and the example run for seconds only, so that the better compiler does not pay. */
const quickJava = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

/** What a language needs, as commands that succeed where it is there. */
const needs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Java: { 'a JDK': 'javac -version', Maven: 'mvn --version' },
  Python: {
    'Python 3.11 with venv': "python3 -c 'import venv, sys; sys.exit(sys.version_info < (3, 11))'",
  },
  Go: { 'Go 1.24': 'go version | grep -qE "go1\\.(2[4-9]|[3-9][0-9])"' },
}

/** Why the example of a language cannot run on this machine; undefined where it can. */
export const missingFor = async (language: string): Promise<string | undefined> => {
  for (const [name, command] of Object.entries(needs[language] ?? {}))
    try {
      await run('sh', ['-c', command])
    } catch {
      return `${name} is not installed`
    }
  return undefined
}

/**
 * Runs the commands that docs/consume.md gives for generated code in a language, on one value.
 *
 * @param folder an empty folder, in which the commands run
 * @param env additional variables
 * @param edit changes the commands
 * @returns what they print
 * @throws Error with what they print if one of them fails
 */
export const runGeneratedCode = async (
  language: string,
  folder: string,
  value: Buffer,
  env: Environment,
  edit = (commands: string): string => commands,
): Promise<string> => {
  const example = join(root, 'examples/generated', language.toLowerCase())
  await cp(example, folder, { recursive: true })
  await mkdir(join(folder, 'schemas'))
  await symlink(join(root, 'schemas/released'), join(folder, 'schemas/released'))
  await writeFile(join(folder, 'value'), value)
  const section = readPage('docs/consume.md').split(`### Generated code in ${language}\n`)[1] ?? ''
  const commands = blocksOf(section).find(({ info }) => info === 'sh')?.text ?? ''
  const { HOME, PATH = '' } = process.env
  const path =
    language === 'Python' ? [dirname(await pythonWith(join(example, 'requirements.txt'))), PATH] : [PATH]
  const { stdout } = await run('sh', ['-euc', edit(commands)], {
    cwd: folder,
    env: { HOME, PATH: path.join(delimiter), JAVA_TOOL_OPTIONS: quickJava, ...env },
    maxBuffer: 16 * 1024 * 1024,
  })
  return stdout
}
