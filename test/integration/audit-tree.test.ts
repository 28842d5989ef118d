// Go's implementation of transparency logs verifies what ours writes: tiles, proofs and notes.
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { checkpointText } from '../../consumers/audit-log/note/checkpoint.ts'
import { signNote } from '../../consumers/audit-log/note/signed-note.ts'
import { generateSignerKey, readSignerKey } from '../../consumers/audit-log/note/signer-key.ts'
import { rootOf } from '../../consumers/audit-log/tree/compact-range.ts'
import { hashLeaf } from '../../consumers/audit-log/tree/hashing.ts'
import { treeOf } from '../helpers/audit/tree-of.ts'
import { writeLog } from '../helpers/audit/write-log.ts'
import { buildGoVerifier, verifyWithGo } from '../helpers/process/go.ts'

const folder = await mkdtemp(join(tmpdir(), 'bridge-audit-tree-'))
after(() => rm(folder, { recursive: true, force: true }))
const verifier = join(folder, 'verify')
const skip = (await buildGoVerifier(verifier)) ?? false
const origin = 'example.com/audit-log'
const key = readSignerKey(generateSignerKey(origin))

const inBase64 = (bytes: Buffer): string => bytes.toString('base64')

const writeTree = async (size: number): Promise<string> => {
  const { leaves, range, readTile } = treeOf(size)
  const checkpoint = signNote(checkpointText({ origin, size, root: rootOf(range) }), [key])
  const indexes = [...new Set([0, Math.floor(size / 3), size - 1])]
  const sizes = [...new Set([1, Math.ceil(size / 2), size])]
  const logFolder = join(folder, `log-${size}`)
  const { verifierKey } = key
  const leafHashes = leaves.map(hashLeaf)
  await writeLog(logFolder, { checkpoint, verifierKey, leafHashes, readTile, prove: { indexes, sizes } })
  return logFolder
}

for (const size of [1, 2, 255, 256, 257, 1000, 66_000])
  test(`Go verifies the tiles, proofs and the note of a tree with ${size} leaves`, { skip }, async () => {
    const printed = await verifyWithGo(verifier, await writeTree(size))
    assert.match(printed, new RegExp(`^verified ${origin}: ${size} leaves, \\d inclusion proofs, `))
  })

test('Go finds a changed tile, a changed leaf and a changed note', { skip }, async () => {
  const logFolder = await writeTree(300)
  for (const [name, edit, fault] of [
    ['tile/0/001.p/44', (bytes: Buffer) => bytes.fill(7, 64, 65), /\ntiles: /],
    [
      'leaves.json',
      (bytes: Buffer) =>
        Buffer.from(JSON.stringify(JSON.parse(bytes.toString()).with(7, inBase64(hashLeaf(bytes))))),
      /leaf 7: /,
    ],
    [
      'checkpoint',
      (bytes: Buffer) => Buffer.from(bytes.toString().replace('\n300\n', '\n299\n')),
      /checkpoint/,
    ],
  ] as const) {
    const path = join(logFolder, name)
    const content = await readFile(path)
    await writeFile(path, edit(Buffer.from(content)))
    await assert.rejects(verifyWithGo(verifier, logFolder), fault, name)
    await writeFile(path, content)
  }
  await verifyWithGo(verifier, logFolder)
})
