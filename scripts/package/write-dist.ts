import { cpSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { namedFiles, stripTypes } from './strip-types.ts'

/** The program of the command `bridge`, from which every other file is reached. */
export const entry = 'cli/bridge.ts'

/** Files that the programs read: migrations, schemas, the page of the feed, settings of servers, samples. */
const assets = ['{cli,consumers,ingress,lib,local}/**/*', 'schemas/{events,parts}/*.avsc', 'test/fixtures/*']

/**
 * Writes `dist/` of a checkout: JavaScript of each file that the command `bridge` reaches, at the same place
 * as in the checkout, and the files that it reads. Returns how many programs it has written.
 *
 * @param root the folder of the checkout
 * @param version becomes the version in `dist/package.json`, from which the processes read theirs
 * @throws Error that names an import that leads nowhere
 */
export const writeDist = (root: string, name: string, version: string): number => {
  const dist = join(root, 'dist')
  rmSync(dist, { recursive: true, force: true })
  for (const file of findAssets(root)) {
    mkdirSync(dirname(join(dist, file)), { recursive: true })
    cpSync(join(root, file), join(dist, file))
  }
  const programs = compile(root)
  for (const [file, text] of programs) {
    const path = join(dist, toJavaScript(file))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { mode: file === entry ? 0o755 : 0o644 })
  }
  writeFileSync(join(dist, 'package.json'), `${JSON.stringify({ name, version, type: 'module' }, null, 2)}\n`)
  return programs.size
}

/** The JavaScript of the entry and of every file that it reaches, by the path of the source. */
const compile = (root: string): Map<string, string> => {
  const programs = new Map<string, string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (programs.has(file)) continue
    const text = stripTypes(readFileSync(join(root, file), 'utf8'))
    programs.set(file, text)
    for (const name of namedFiles(text)) {
      const named = join(dirname(file), name)
      if (named.endsWith('.js')) waiting.push(named.replace(/\.js$/, '.ts'))
      else if (statSync(join(root, named), { throwIfNoEntry: false }) === undefined)
        throw new Error(`${file} names ${name}, which does not exist`)
    }
  }
  return programs
}

const toJavaScript = (file: string): string => file.replace(/\.ts$/, '.js')

const findAssets = (root: string): string[] =>
  globSync(assets, { cwd: root })
    .filter((file) => !/\.ts$|(^|\/)README\.md$/.test(file))
    .filter((file) => statSync(join(root, file)).isFile())
