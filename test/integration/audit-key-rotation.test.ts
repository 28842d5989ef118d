// `bridge audit rotate-key`: the old key names the new one in the log, and the signer and `verify` follow it.
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { exportLog } from '../../cli/audit/export.ts'
import { rotateKey } from '../../cli/audit/rotate-key.ts'
import { verify } from '../../cli/audit/verify.ts'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { generateSignerKey, readSignerKey } from '../../consumers/audit-log/note/signer-key.ts'
import { pushRow } from '../helpers/audit/audit-rows.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'

const database = await openAuditDatabase()
after(() => database.close())
const env = { DATABASE_URL: database.databaseUrl, BRIDGE_DATA_DIR: database.folder }
const path = (name: string) => join(database.folder, name)
const [first, second, other] = ['first', 'second', 'other'].map(generateSignerKey) as [string, string, string]
const keys = { first: readSignerKey(first), second: readSignerKey(second), other: readSignerKey(other) }
for (const [name, text] of Object.entries({ first, second, other })) {
  await writeFile(path(name), text)
  await writeFile(path(`${name}.pub`), keys[name as keyof typeof keys].verifierKey)
}
await appendRows(database.pool, [pushRow(0), pushRow(1)])
await database.anchor(keys.first)

const run = async (key: string) => {
  const lines: string[] = []
  const files = { anchor: path('checkpoint'), key: path(`${key}.pub`) }
  const code = await verify({ jobs: 1, ...files }, env, (line) => lines.push(line))
  return { code, text: lines.join('\n') }
}

test('a new key that the old one has not named signs nothing', async () => {
  await appendRows(database.pool, [pushRow(2)])
  assert.equal((await database.anchor(keys.second)).size, 2)
})

test('after the rotation the new key signs, and verify follows from the old key', async () => {
  const lines: string[] = []
  await rotateKey({ oldKey: path('first'), newKey: path('second') }, env, (line) => lines.push(line))
  assert.match(
    lines[0] ?? '',
    /^Leaf 3 of the log says, signed by the old key, that this key follows: second\+/,
  )
  assert.equal((await database.anchor(keys.second)).size, 4)
  for (const key of ['first', 'second']) {
    const { code, text } = await run(key)
    assert.equal(code, 0, text)
    assert.match(text, /4 leaves are those that second signed/)
  }
  await assert.rejects(run('other'), /Neither the key other .* nor a key that it named in the log has signed/)
})

test('verify of an export follows the rotation, and only through the statement of the log', async () => {
  const lines: string[] = []
  const write = async (some: readonly string[]) => void lines.push(...some)
  await exportLog({ format: 'ndjson' }, env, write, () => undefined)
  await writeFile(path('export'), lines.join('\n'))
  const offline = { BRIDGE_DATA_DIR: database.folder }
  const verifyFile = async (key: string, file: string) => {
    const printed: string[] = []
    const options = { jobs: 1, anchor: path('checkpoint'), key: path(`${key}.pub`), export: [path(file)] }
    return { code: await verify(options, offline, (line) => printed.push(line)), text: printed.join('\n') }
  }
  for (const key of ['first', 'second']) {
    const { code, text } = await verifyFile(key, 'export')
    assert.equal(code, 0, text)
    assert.match(text, /4 leaves are those that second signed/)
  }
  await assert.rejects(verifyFile('other', 'export'), /Neither the key other/)
  await writeFile(path('without'), lines.filter((line) => !line.includes('"key_change"')).join('\n'))
  await assert.rejects(verifyFile('first', 'without'), /Neither the key first/)
})

test('the same key twice, and a file that is no key, are refused', async () => {
  const rotate = (oldKey: string, newKey: string) =>
    rotateKey({ oldKey: path(oldKey), newKey: path(newKey) }, env, () => undefined)
  await assert.rejects(rotate('second', 'second'), /are the same/)
  await assert.rejects(rotate('second', 'second.pub'), /not in the form PRIVATE\+KEY/)
  await assert.rejects(rotate('second', 'missing'), /Cannot read/)
})
