import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { Environment } from '../../../lib/config.ts'
import { temporaryFolder } from './temporary-folder.ts'

const hookText = `import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
const file = process.env.TEST_MODULES_FILE
registerHooks({ load: (url, context, next) => (appendFileSync(file, url + '\\n'), next(url, context)) })
`

/** What a process has loaded. */
export interface LoadedModules {
  /** The names of the packages, without the packages that these load. */
  packages: ReadonlySet<string>
  /** The URLs of our own files. */
  files: readonly string[]
}

/** Notes which modules a process loads. */
export interface ModuleWatch {
  /** Variables for the process. */
  env: Environment
  loaded(): LoadedModules
}

export const watchModules = async (t: TestContext): Promise<ModuleWatch> => {
  const folder = await temporaryFolder(t)
  const [hook, list] = [join(folder, 'note-modules.mjs'), join(folder, 'modules.txt')]
  await writeFile(hook, hookText)
  await writeFile(list, '')
  return {
    env: {
      NODE_OPTIONS: `--import=${pathToFileURL(hook)}`,
      TEST_MODULES_FILE: list,
      BRIDGE_DATA_DIR: folder,
    },
    loaded: () => {
      const urls = readFileSync(list, 'utf8').split('\n')
      const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? [])
      return { packages: new Set(packages), files: urls.filter((url) => !url.includes('/node_modules/')) }
    },
  }
}

/** Runs Node until it ends, and returns what it has loaded. Its exit code does not matter. */
export const modulesOf = async (t: TestContext, args: string[], env: Environment = {}) => {
  const watch = await watchModules(t)
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const options = { env: { PATH, NODE_COMPILE_CACHE, ...watch.env, ...env } }
  await new Promise<void>((resolve) => execFile(process.execPath, args, options, () => resolve()))
  return watch.loaded()
}
