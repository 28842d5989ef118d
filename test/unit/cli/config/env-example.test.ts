import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { envExample } from '../../../../cli/config/env-example.ts'
import { sections } from '../../../../cli/config/sections.ts'
import { isSecret, readVariables } from '../../../../lib/config.ts'

const lines = envExample().split('\n')

test('.env.example is what the code reads: run `npm run generate` where this fails', () => {
  assert.equal(readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8'), envExample())
})

test('every variable is in it once, commented out, below its description', () => {
  const variables = new Map(sections.flatMap((section) => Object.entries(section.variables.shape)))
  for (const [name, variable] of variables) {
    const places = lines.flatMap((line, index) => (line.startsWith(`#${name}=`) ? [index] : []))
    assert.equal(places.length, 1, name)
    assert.equal(
      isSecret(variable) || lines[(places[0] ?? 0) - 1],
      isSecret(variable) || `# ${variable.description}`,
      name,
    )
  }
  assert.equal(lines.filter((line) => /^#[A-Z_]+=/.test(line)).length, variables.size)
})

test('a secret has no value in it', () => {
  for (const { variables } of sections)
    for (const [name, variable] of Object.entries(variables.shape))
      if (isSecret(variable)) assert.ok(lines.includes(`#${name}=`), name)
})

test('uncommented as it is, it changes nothing', () => {
  const env = Object.fromEntries(
    lines.flatMap((line) =>
      /^#[A-Z_]+=/.test(line) ? [line.slice(1).split(/=(.*)/s, 2) as [string, string]] : [],
    ),
  )
  for (const { name: section, variables } of sections)
    for (const [name, variable] of Object.entries(variables.shape)) {
      const alone = z.object({ [name]: variable })
      const read = (given: Record<string, string>) => {
        try {
          return readVariables(alone, given)
        } catch {
          return 'required'
        }
      }
      // The usual port differs by process; the file shows the one of the ingress.
      if (name !== 'METRICS_PORT')
        assert.deepEqual(read({ [name]: env[name] ?? '' }), read({}), `${section}: ${name}`)
    }
})
