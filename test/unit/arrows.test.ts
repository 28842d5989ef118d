import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))
const layers = ['ingress', 'schemas', 'consumers', 'lib', 'local', 'cli'] as const
type Layer = (typeof layers)[number]

/** Arrows of docs/architecture.md: what each layer may import of the others. */
const mayImport: Readonly<Record<Layer, readonly Layer[]>> = {
  lib: [],
  schemas: [],
  ingress: ['schemas', 'lib'],
  consumers: ['schemas', 'lib'],
  local: ['lib'],
  cli: layers,
}

/** The files in which code of the Kafka client runs, and what for. Types of it may stand elsewhere: they are erased. */
const kafkaFiles: Readonly<Record<string, string>> = {
  'lib/kafka/client.ts': 'the one place where its options are set',
  'ingress/publish/sender.ts': 'produces',
  'ingress/publish/topic-metadata.ts': 'its admin client: reads what topics take',
  'consumers/runtime/worker.ts': 'the partitioner of the producer for dead letters',
  'consumers/runtime/batch/each-batch.ts': 'its error classes, by which a rebalance is told',
  'consumers/runtime/group/assigner.ts': 'encodes assignments as the protocol wants them',
  'cli/dead-letters/dead-letter-writer.ts': 'the partitioner of the producer for redrives',
  'cli/setup/topics.ts': 'its admin client: creates and alters topics',
}

const sources = layers.flatMap((layer) =>
  readdirSync(join(root, layer), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${layer}/${file}`),
)

const importPattern =
  /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\{[^}]*\}[^'"\n;]*?)?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|\brequire\)?\(\s*['"]([^'"]+)['"]\s*\)|createRequire\(import\.meta\.url\)\(\s*['"]([^'"]+)['"]/g

/** What a text imports, types and lazy imports included. */
const specifiersIn = (text: string): string[] =>
  [...text.matchAll(importPattern)].map(([, ...groups]) => groups.find((group) => group !== undefined) ?? '')

/** What a file imports: paths from the root for our own files, else package names. */
const importsOf = (file: string): string[] =>
  specifiersIn(readFileSync(join(root, file), 'utf8')).map((specifier) =>
    specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier,
  )
const layerOf = (path: string) => layers.find((layer) => path.startsWith(`${layer}/`))

test('the parser sees static, type, side-effect and lazy imports, and misses none in any file', () => {
  const text = `
import a from 'a'
import { b, type B } from 'b'
import type { C } from 'c'
import {
  d,
} from 'd'
import * as e from 'e'
import 'f'
export { g } from 'g'
const h = await import('h')
const i = createRequire(import.meta.url)('i')
`
  assert.deepEqual(specifiersIn(text), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'])
  for (const file of sources) {
    const statements = readFileSync(join(root, file), 'utf8').match(/^import [^=;]*?from '/gm) ?? []
    assert.ok(importsOf(file).length >= statements.length, file)
  }
})

test('arrows point one way: ingress and consumers never meet, lib and schemas know nobody', () => {
  for (const file of sources) {
    const layer = layerOf(file)
    assert.ok(layer)
    for (const imported of importsOf(file)) {
      const target = layerOf(imported)
      if (target === undefined || target === layer) continue
      assert.ok(mayImport[layer].includes(target), `${file} imports ${imported}`)
    }
  }
})

test('nothing that runs imports from the tests, the documentation or the scripts', () => {
  for (const file of sources)
    for (const imported of importsOf(file))
      assert.doesNotMatch(imported, /^(test|docs|scripts|bench|examples)\//, file)
})

test('every import of ours names a file that exists', () => {
  const files = new Set(sources)
  for (const file of sources)
    for (const imported of importsOf(file))
      if (layerOf(imported) !== undefined) assert.ok(files.has(imported), `${file} imports ${imported}`)
})

test('code of the Kafka client runs in the files that are listed here, and in no other', () => {
  const running = sources.filter((file) =>
    /^import (?!type ).*from 'kafkajs|require.*'kafkajs/m.test(readFileSync(join(root, file), 'utf8')),
  )
  assert.ok(running.length > 2)
  assert.deepEqual(
    running.filter((file) => !Object.hasOwn(kafkaFiles, file)),
    [],
  )
})

test('neither the schemas nor the local stack know the Kafka client, not even by type', () => {
  for (const file of sources)
    if (/^(schemas|local)\//.test(file))
      assert.ok(!importsOf(file).some((imported) => imported.startsWith('kafkajs')), file)
})

test('what a package is for is known to one place: express, pg, winston, prom-client and avsc', () => {
  const owners: Record<string, RegExp> = {
    express: /^(ingress\/http\/app|lib\/http\/operations-server)\.ts$/,
    helmet: /^lib\/http\/operations-server\.ts$/,
    winston: /^lib\/logger\.ts$/,
    'prom-client': /^lib\/(metrics\/metrics|http\/operations-server)\.ts$/,
    avsc: /^(lib|schemas)\//,
    commander: /^cli\//,
  }
  for (const file of sources)
    for (const imported of importsOf(file))
      if (owners[imported] !== undefined) assert.match(file, owners[imported], `${file} imports ${imported}`)
})

test('only entry files touch the process: its environment, its arguments, its end', () => {
  for (const file of sources)
    if (!file.startsWith('cli/') && !file.startsWith('local/'))
      assert.doesNotMatch(
        readFileSync(join(root, file), 'utf8'),
        /\bprocess\.(env|argv|exit|on|once)\b/,
        file,
      )
})
