import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { findViolations } from '../arrows/cruise.ts'
import { layerNames } from '../arrows/layers.ts'
import { kafkaFiles } from '../arrows/packages.ts'
import { arrowRules } from '../arrows/rules.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

const sources = layerNames.flatMap((layer) =>
  readdirSync(join(root, layer), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${layer}/${file}`),
)

const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

const { violations, importsOf } = await findViolations(root, arrowRules)

test('no import breaks a rule about who may import whom', () => {
  assert.deepEqual(
    violations.map(({ rule, from, to }) => `${from} imports ${to}, but ${rule}`),
    [],
  )
})

test('the guard sees every import statement of every source file', () => {
  for (const file of sources) {
    const statements = textOf(file).matchAll(/^(?:import|export|\}) [^=;'"]*?from '([^']+)'/gm)
    const unseen = [...statements]
      .map(([, specifier = '']) => specifier)
      .filter((specifier) => !importsOf.get(file)?.includes(specifier.replace('node:', '')))
    assert.deepEqual(unseen, [], file)
  }
})

test('internals of the Kafka client that are not public are loaded in lib/kafka only', () => {
  const loading = sources.filter((file) => /require\w*\b[^\n]*\(\s*'kafkajs/i.test(textOf(file)))
  assert.ok(loading.length > 0)
  assert.deepEqual(
    loading.filter((file) => !file.startsWith('lib/kafka/')),
    [],
  )
})

test('the list of files that run code of the Kafka client names no file that does not', () => {
  for (const file of Object.keys(kafkaFiles))
    assert.match(textOf(file), /^import (?!type ).*from 'kafkajs/m, file)
})

/** A process of its own, which `ingress/record/large/limited-child.ts` starts. */
const programOfChild = 'ingress/record/large/child.ts'

test('only entry files touch the process: its environment, its arguments, its end', () => {
  for (const file of sources)
    if (!file.startsWith('cli/') && !file.startsWith('local/') && file !== programOfChild)
      assert.doesNotMatch(textOf(file), /\bprocess\.(env|argv|exit|on|once)\b/, file)
})
