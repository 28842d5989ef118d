import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { packageManifest } from '../../../scripts/package/package-manifest.ts'
import { restoreCheckout, savedManifest } from '../../../scripts/package/restore-checkout.ts'
import { namedFiles, stripTypes } from '../../../scripts/package/strip-types.ts'
import { writeDist } from '../../../scripts/package/write-dist.ts'

const folder = mkdtempSync(join(tmpdir(), 'bridge-package-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const checkout = (files: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(folder, 'checkout-'))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(root, file, '..'), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

test('types are removed, lines stay where they are, and our files are named .js', () => {
  const source = [
    "import type { A } from './a.ts'",
    "import { b, type C } from '../b.ts'",
    "const d = await import('./d.ts')",
    "const program = new URL('./child.ts', import.meta.url)",
    "export const e: A = { file: 'src/index.ts', b, c: 1 as C }",
  ]
  const lines = stripTypes(source.join('\n')).split('\n')
  assert.equal(lines.length, source.length)
  assert.equal(lines[0]?.trim(), '')
  assert.match(String(lines[1]), /^import \{ b, +\} from '\.\.\/b\.js'$/)
  assert.equal(lines[2], "const d = await import('./d.js')")
  assert.equal(lines[3], "const program = new URL('./child.js', import.meta.url)")
  assert.match(String(lines[4]), /file: 'src\/index\.ts'/)
  assert.deepEqual(namedFiles(lines.join('\n')), ['../b.js', './d.js', './child.js'])
})

test('dist/ has the programs that the entry reaches, their files, and no others', () => {
  const root = checkout({
    'cli/bridge.ts': "#!/usr/bin/env node\nimport { a } from '../lib/a.ts'\nconst b: number = a\n",
    'lib/a.ts': 'export const a: number = 1\n',
    'lib/unused.ts': 'export const unused = 1\n',
    'lib/README.md': '# lib\n',
    'consumers/one/migrations/1.sql': 'select 1;\n',
    'schemas/events/push.avsc': '{}\n',
  })
  assert.equal(writeDist(root, 'example', '1.2.3'), 2)
  const files = readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map((each) => each.name)
  assert.deepEqual(files.sort(), ['1.sql', 'a.js', 'bridge.js', 'package.json', 'push.avsc'])
  const manifest = JSON.parse(readFileSync(join(root, 'dist/package.json'), 'utf8'))
  assert.deepEqual(manifest, { name: 'example', version: '1.2.3', type: 'module' })
  assert.match(readFileSync(join(root, 'dist/cli/bridge.js'), 'utf8'), /^#!\/usr\/bin\/env node\n/)
})

test('an import that leads nowhere is named', () => {
  const root = checkout({ 'cli/bridge.ts': "import list from '../lib/missing.json' with { type: 'json' }\n" })
  assert.throws(() => writeDist(root, 'example', '1.2.3'), {
    message: 'cli/bridge.ts names ../lib/missing.json, which does not exist',
  })
})

test('the package.json of the tarball leads to dist/ and has no scripts', () => {
  const manifest = {
    name: 'example',
    version: '1.2.3',
    bin: { bridge: 'cli/bridge.ts' },
    scripts: { prestart: 'node scripts/install.mjs' },
    devDependencies: { typescript: '7.0.2' },
  }
  assert.deepEqual(packageManifest(manifest), {
    name: 'example',
    version: '1.2.3',
    bin: { bridge: 'dist/cli/bridge.js' },
  })
})

test('the checkout is as before after packing, also when it was never packed', () => {
  const root = checkout({ 'package.json': 'changed', 'dist/cli/bridge.js': '' })
  writeFileSync(savedManifest(root), 'own')
  restoreCheckout(root)
  assert.equal(readFileSync(join(root, 'package.json'), 'utf8'), 'own')
  assert.deepEqual(readdirSync(root), ['package.json'])
  restoreCheckout(root)
  assert.deepEqual(readdirSync(root), ['package.json'])
})
