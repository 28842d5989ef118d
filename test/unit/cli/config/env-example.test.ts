import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { envExample } from '../../../../cli/config/env-example.ts'
import { sections } from '../../../../cli/config/sections.ts'
import { isSecret, readVariables } from '../../../../lib/config.ts'

const lines = envExample().split('\n')

/** The text of the comment lines directly above a line. */
const commentAbove = (line: number): string => {
  const start = lines.findLastIndex((text, index) => index < line && !text.startsWith('# ')) + 1
  const comment = lines.slice(start, line)
  return comment.map((text) => text.slice(2)).join(' ')
}

test('.env.example matches the code: if this fails, run `npm run generate`', () => {
  assert.equal(readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8'), envExample())
})

test('every variable is in it once, commented out, below its description', () => {
  const variables = new Map(sections.flatMap((section) => Object.entries(section.variables.shape)))
  for (const [name, variable] of variables) {
    const places = lines.flatMap((line, index) => (line.startsWith(`#${name}=`) ? [index] : []))
    assert.equal(places.length, 1, name)
    if (!isSecret(variable)) assert.equal(commentAbove(places[0] ?? 0), variable.description, name)
  }
  assert.equal(lines.filter((line) => /^#[A-Z_]+=/.test(line)).length, variables.size)
})

test('a secret has no value in it', () => {
  for (const { variables } of sections)
    for (const [name, variable] of Object.entries(variables.shape))
      if (isSecret(variable)) assert.ok(lines.includes(`#${name}=`), name)
})

test('if every line is uncommented as it is, no setting changes', () => {
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
      // The default port differs by process. The file shows the default of the ingress.
      if (name !== 'METRICS_PORT')
        assert.deepEqual(read({ [name]: env[name] ?? '' }), read({}), `${section}: ${name}`)
    }
})
