// Code that the usual generators of three languages make of the released schemas reads a real record.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { before, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createEncoder } from '../../lib/avro/codec.ts'
import { createRegistry, registryVariables } from '../../lib/avro/registry.ts'
import { readVariables } from '../../lib/config.ts'
import type { Records } from '../../schemas/catalogue.ts'
import { typeOfShape, wireSchema } from '../../schemas/load.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { missingFor, runGeneratedCode } from '../helpers/process/generated-code.ts'
import { deliver, hookOf } from '../helpers/records/deliver.ts'
import { fixture } from '../helpers/records/samples.ts'
import { openStack } from '../helpers/servers/stack.ts'

const stack = await openStack('generated')
const released = fileURLToPath(new URL('../../schemas/released/0.1.0', import.meta.url))

/** A push in the wire format, with an id that the registry has given to its schema. */
let value: Buffer
let expected: Record<string, unknown>
before(async () => {
  const registry = createRegistry(readVariables(registryVariables, stack.env), 'test')
  const subject = stack.names.subject(stack.names.topic('push'))
  const id = await eventually(() => registry.register(subject, wireSchema('push')))
  const { body, headers } = fixture('push')
  const { decoded } = await deliver(hookOf(body, headers))
  const { delivery, ref, user_username, project, commits } = decoded as unknown as Records['push']
  value = createEncoder(typeOfShape('push'), id)(decoded)
  expected = {
    delivery: delivery.id,
    fact_basis: delivery.fact_basis,
    received_at: new Date(delivery.received_at).toISOString(),
    ref,
    user_username,
    visibility: project?.visibility,
    commits: commits.length,
  }
})

/** The line of JSON among what the commands print. Every language writes the same moment in its own way. */
const decodedIn = (output: string): Record<string, unknown> => {
  const printed = JSON.parse(/\{.*\}$/m.exec(output)?.[0] ?? '') as { received_at: string }
  return { ...printed, received_at: new Date(printed.received_at).toISOString() }
}

suite('code that is generated from the released schemas', { concurrency: true }, () => {
  for (const language of ['Java', 'Python', 'Go'])
    test(`in ${language} decodes a record of the bridge, by the commands of docs/consume.md`, async (t) => {
      const missing = await missingFor(language)
      if (missing !== undefined) {
        t.skip(missing)
        return
      }
      const folder = await stack.temporaryFolder()
      const env = { SCHEMA_REGISTRY_URL: stack.schemaRegistryUrl }
      assert.deepEqual(decodedIn(await runGeneratedCode(language, folder, value, env)), expected)
      if (language === 'Go') return
      const all = readdirSync(released).filter((file) => file.endsWith('.avsc'))
      if (language === 'Python') {
        const modules = all.map((file) => file.replace('.avsc', ''))
        await promisify(execFile)('python3', ['-m', 'py_compile', ...modules.map((name) => `${name}.py`)], {
          cwd: folder,
        })
        return
      }
      // Avro refuses our classes unless they are trusted, as the page says.
      const again = await stack.temporaryFolder()
      const distrusting = (commands: string) => {
        const [, java = ''] = commands.split(/^(?=java )/m)
        assert.match(java, /SERIALIZABLE_PACKAGES/)
        return `cd '${folder}'; ${java.replace(/-D\S*SERIALIZABLE_PACKAGES\S*/, '')}`
      }
      await assert.rejects(
        runGeneratedCode(language, again, value, env, distrusting),
        /not trusted to be included in Avro/,
      )
    })
})
