// An auditor and an operator follow docs/audit.md: its commands run as they stand there, and print what it
// shows.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { appendRows } from '../../consumers/audit-log/append/append-rows.ts'
import { generateSignerKey, readSignerKey } from '../../consumers/audit-log/note/signer-key.ts'
import { pushRow } from '../helpers/audit/audit-rows.ts'
import { openAuditDatabase } from '../helpers/audit/open-audit-database.ts'
import { readPage } from '../helpers/records/markdown.ts'

const page = readPage('docs/audit.md')
const database = await openAuditDatabase()
after(() => database.close())
const { folder } = database
const inFolder = (name: string) => join(folder, name)

const signingKey = generateSignerKey('audit.example.com')
await mkdir(inFolder('.bridge/audit-log'), { recursive: true })
await writeFile(inFolder('signing-key'), signingKey)
for (const name of ['verifier-key', '.bridge/audit-log/verifier-key'])
  await writeFile(inFolder(name), readSignerKey(signingKey).verifierKey)

const frieda = { user_id: 77, user_username: 'frieda', user_name: 'Frieda Kühn' }
const january = Date.UTC(2026, 0, 15)
const rows = Array.from({ length: 420 }, (_, at) =>
  pushRow(at, { ...(at < 30 ? { received_at: january + at } : {}), ...(at % 100 === 50 ? frieda : {}) }),
)
await appendRows(database.pool, rows.slice(0, 200))
await database.anchor(readSignerKey(signingKey))
await copyFile(inFolder('checkpoint'), inFolder('checkpoint-of-monday'))

const bridge = fileURLToPath(new URL('../../cli/bridge.ts', import.meta.url))
const env = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
  DATABASE_URL: database.databaseUrl,
  BRIDGE_DATA_DIR: '.bridge',
  AUDIT_LOG_ANCHOR_FILE: inFolder('checkpoint'),
}

/** Runs a shell line as it stands in the page. @returns what it prints on both outputs, and its exit code */
const sh = async (line: string) => {
  const script = `bridge() { ${JSON.stringify(process.execPath)} ${JSON.stringify(bridge)} "$@"; }\n${line}`
  return await new Promise<{ code: number; text: string }>((resolve) => {
    execFile('sh', ['-c', script], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), text: `${stdout}${stderr}`.trim() }),
    )
  })
}

/** The command of the page that begins like this, without what the page says behind it. */
const commandOf = (start: string): string => {
  const line = page.split('\n').find((each) => each.startsWith(`    ${start}`))
  assert.ok(line, `docs/audit.md has no command ${start}`)
  return line.trim().replace(/ {2,}prints.*$/, '')
}

/** The page must have this text. Its numbers may differ, and … stands for the rest of a word. */
const assertShown = (text: string, ...shown: readonly string[]) => {
  for (const line of shown) {
    assert.ok(page.replaceAll(/\s+/g, ' ').includes(line), `docs/audit.md does not show: ${line}`)
    const pattern = line
      .split(/(\d+|\S*…|\S*checkpoint\.before-epoch)/)
      .map((part, at) => (at % 2 === 0 ? part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&') : '\\S+?'))
      .join('')
    assert.match(text.replaceAll(/\s+/g, ' '), new RegExp(pattern))
  }
}

test('an auditor verifies the log with a copied checkpoint, and an export without the database', async () => {
  await appendRows(database.pool, rows.slice(200, 250))
  await database.anchor(readSignerKey(signingKey))
  const verified = await sh(commandOf('bridge audit verify --anchor'))
  assert.equal(verified.code, 0, verified.text)
  assert.match(verified.text, /not anchored yet: leaves 200 to 249[\s\S]*\nThe audit log is sound\.\nanchor /)
  const exported = await sh(commandOf('bridge audit export'))
  assert.equal(exported.code, 0, exported.text)
  const offline = await sh(`DATABASE_URL=; ${commandOf('bridge audit verify --export')}`)
  assert.equal(offline.code, 0, offline.text)
  assert.match(offline.text, /Leaves read: 250\. Faults found: 0\./)
})

test('a legal hold forbids to drop a month, until it is lifted', async () => {
  const hold = async (start: string) => (await sh(commandOf(start))).text
  assertShown(await hold('bridge audit hold --place'), 'The hold 1 is in force.')
  assert.match(await hold('bridge audit hold  '), /^1: case 12 \(placed at [\dT:.Z-]+ by \w+\): in force$/)
  const refused = await sh(commandOf('bridge audit drop-month'))
  assert.equal(refused.code, 1)
  assert.match(refused.text, /Nothing was dropped: the legal hold 1 \(case 12\) forbids/)
  assertShown(await hold('bridge audit hold --lift'), 'The hold 1 is lifted.')
})

test('an old month is dropped, and log and export are still sound', async () => {
  const dropped = await sh(commandOf('bridge audit drop-month'))
  assert.match(dropped.text, /^30 rows of 2026-01 were dropped; leaf 250 /)
  assertShown(
    dropped.text,
    'rows of 2026-01 were dropped; leaf 918233 of the log says so, and their hashes stay.',
  )
  await database.anchor(readSignerKey(signingKey))
  const verified = await sh(commandOf('bridge audit verify --anchor'))
  assert.equal(verified.code, 0, verified.text)
  assertShown(verified.text, 'The log says about itself:', '1 dropped month. Ask for the reasons.')
  await sh(commandOf('bridge audit export'))
  const offline = await sh(commandOf('bridge audit verify --export'))
  assert.equal(offline.code, 0, offline.text)
  // Without its statement, the same absence is a fault.
  const lines = (await readFile(inFolder('audit.ndjson'), 'utf8')).trimEnd().split('\n')
  await writeFile(inFolder('audit.ndjson'), `${lines.slice(0, -1).join('\n')}\n`)
  const without = await sh(commandOf('bridge audit verify --export'))
  assert.equal(without.code, 1)
  assert.match(without.text, /^removed: rows 0 to 29 \(30 rows/m)
})

test('the old key names the new one, and verify goes on with the old verifier key', async () => {
  await sh(commandOf('bridge audit generate-key'))
  const rotated = await sh(commandOf('bridge audit rotate-key'))
  assert.equal(rotated.code, 0, rotated.text)
  assertShown(
    rotated.text,
    'of the log says, signed by the old key, that this key follows: audit.example.com+5f0c…',
    'Now restart the worker with AUDIT_LOG_SIGNING_KEY_FILE=new-key, and then destroy the old key.',
    'Whoever verifies with the old verifier key can go on: verify follows the change.',
  )
  await database.anchor(await newKey())
  const { code, text } = await sh('bridge audit verify --key verifier-key')
  assert.equal(code, 0, text)
})

const newKey = async () => readSignerKey(await readFile(inFolder('new-key'), 'utf8'))

test('after an erasure and a restore a new epoch begins, and the auditor accepts it', async () => {
  await appendRows(database.pool, rows.slice(250, 300))
  await database.anchor(await newKey())
  await database.removeTriggers()
  await database.keep()
  const counted = await sh(commandOf('bridge audit erase'))
  assert.match(counted.text, /^audit_log.events: 3 rows in which the person is actor or subject/)
  const erased = await sh(commandOf('bridge audit erase').replace(' --dry-run', ''))
  assertShown(erased.text, 'rows lost identity, content and body;', 'cannot: backups that are restored')
  await appendRows(database.pool, rows.slice(300, 400))
  await database.anchor(await newKey())
  await database.bringBack()
  await appendRows(database.pool, rows.slice(300))
  const forked = await sh('bridge audit verify --key verifier-key')
  assert.match(forked.text, /^rewritten: the first 4\d\d leaves are not those of the anchor/m)

  const epoch = await sh(commandOf('bridge audit new-epoch'))
  assertShown(
    epoch.text,
    'The log continues as gitlab-kafka-bridge/audit-log/7d0e….',
    'The log gitlab-kafka-bridge/audit-log/19c4… had 400 leaves; 300 of them are proven to be here.',
    'Its newest checkpoint was moved to .bridge/audit-log/checkpoint.before-epoch-400. Keep it as evidence.',
    'An auditor accepts this break with: bridge audit verify --accept 3b1f…',
  )
  await database.anchor(await newKey())
  const verified = await sh('bridge audit verify --key verifier-key')
  assert.equal(verified.code, 1)
  assertShown(
    verified.text,
    'of which 300 are proven to be here. A rollback by an insider looks the same.',
    'To accept it: --accept 3b1f…',
  )
  const [accept] = /--accept [\da-f]{64}/.exec(epoch.text) ?? []
  const accepted = await sh(`bridge audit verify --key verifier-key ${accept}`)
  assert.equal(accepted.code, 0, accepted.text)
  assert.equal((await sh(commandOf('bridge audit reapply-erasures'))).code, 0)
})

test('the query of the page lists what the log says about itself', async () => {
  const [query = ''] = /^ {4}select s\.leaf_index[\s\S]*?;$/m.exec(page) ?? []
  const { rows: said } = await database.pool.query<{ kind: number }>(query)
  assert.deepEqual([...new Set(said.map(({ kind }) => kind))].toSorted(), [4, 6, 7, 8])
})
