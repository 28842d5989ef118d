import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { generateTypes } from '../../schemas/generate-types.ts'

const schemas = fileURLToPath(new URL('../../schemas/', import.meta.url))

test('the generated types are what the .avsc files say: run `npm run generate` where this fails', () => {
  for (const [path, content] of generateTypes())
    assert.equal(readFileSync(`${schemas}${path}`, 'utf8'), content, path)
})

test('no generated file is left over from an .avsc file that is gone', () => {
  const onDisk = readdirSync(schemas, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.generated.ts'),
  )
  assert.deepEqual(onDisk.sort(), [...generateTypes().keys()].sort())
})
