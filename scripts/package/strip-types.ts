import { stripTypeScriptTypes } from 'node:module'

/**
 * JavaScript of a TypeScript file of ours. Node replaces types by spaces, so every line keeps its number, and
 * the places in stack traces are those of the sources. Relative names of `.ts` files become names of `.js`
 * files.
 *
 * @throws SyntaxError where the file has syntax that cannot be removed, such as an enum
 */
export const stripTypes = (source: string): string => {
  const stripped = stripTypeScriptTypes(source, { mode: 'strip' })
  return [imported, located].reduce((text, pattern) => text.replaceAll(pattern, "$1'$2.js'"), stripped)
}

/** The files that the JavaScript of one file names relative to itself, as they are written there. */
export const namedFiles = (javascript: string): string[] =>
  [importedFile, locatedFile].flatMap((pattern) =>
    [...javascript.matchAll(pattern)].map(([, name = '']) => name),
  )

/** `from './a.ts'`, `import './a.ts'` and `import('./a.ts')`. */
const imported = /(\b(?:from|import)\s*\(?\s*)'(\.{1,2}\/[^'\n]+)\.ts'/g
const importedFile = /\b(?:from|import)\s*\(?\s*'(\.{1,2}\/[^'\n]+)'/g

/** `new URL('./a.ts', import.meta.url)`, which names a program that is started as a process of its own. */
const located = /(\bnew URL\(\s*)'(\.{1,2}\/[^'\n]+)\.ts'(?=,\s*import\.meta\.url)/g
const locatedFile = /\bnew URL\(\s*'(\.{1,2}\/[^'\n]+\.js)'(?=,\s*import\.meta\.url)/g
