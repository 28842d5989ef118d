import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { createFileAnchor } from '../../../../../consumers/audit-log/anchors/file-anchor.ts'
import { createHttpAnchor } from '../../../../../consumers/audit-log/anchors/http-anchor.ts'
import { createWitnessAnchor } from '../../../../../consumers/audit-log/anchors/witness-anchor.ts'
import { parseNote, signersOf } from '../../../../../consumers/audit-log/note/signed-note.ts'
import { generateSignerKey, readSignerKey } from '../../../../../consumers/audit-log/note/signer-key.ts'
import { readVerifierKey } from '../../../../../consumers/audit-log/note/verifier-key.ts'
import { createSigner, type SignerOptions } from '../../../../../consumers/audit-log/sign/signer.ts'
import { rootOf } from '../../../../../consumers/audit-log/tree/compact-range.ts'
import { treeOf } from '../../../../helpers/audit/tree-of.ts'
import { startWitness } from '../../../../helpers/audit/witness-double.ts'
import { recordingLogger } from '../../../../helpers/process/recording-logger.ts'
import { temporaryFolder } from '../../../../helpers/process/temporary-folder.ts'

const origin = 'example.com/log'
const key = readSignerKey(generateSignerKey(origin))

/** A log whose tree the test replaces. */
const openLog = async (t: TestContext, others: SignerOptions['others'] = []) => {
  const path = join(await temporaryFolder(t), 'audit-log', 'checkpoint')
  const log = { origin, tree: treeOf(3), key }
  const { logger, lines } = recordingLogger()
  const open = () =>
    createSigner({
      key: log.key,
      file: createFileAnchor(path),
      others,
      readHead: async () => ({ origin: log.origin, range: log.tree.range }),
      readKeyChanges: async () => [],
      createTileReader: () => log.tree.readTile,
      logger,
    })
  const stored = async () => createFileAnchor(path).newest()
  return { log, path, open, stored, lines, signer: open() }
}

test('a checkpoint names the log, its size and its root, and is signed', async (t) => {
  const { log, signer, path, stored } = await openLog(t)
  await signer.sign()
  const note = parseNote(await readFile(path, 'utf8'))
  assert.equal(note.text, `${origin}\n3\n${rootOf(log.tree.range).toString('base64')}\n`)
  assert.equal(signersOf(note, [readVerifierKey(key.verifierKey)]).length, 1)
  assert.equal(signer.state().anchoredSize, 3)
  log.tree = treeOf(600)
  await signer.sign()
  assert.equal((await stored())?.size, 600)
})

test('a log that was rolled back, edited or replaced is not signed, also not by a new process', async (t) => {
  const edited = treeOf(700)
  edited.range.roots[0] = Buffer.alloc(32, 1)
  const faults = [
    [{ tree: treeOf(599) }, /has 600 leaves, and the log has 599/],
    [{ tree: edited }, /the first 600 leaves are not those/],
    [{ origin: 'example.com/another' }, /belongs to the log example.com\/log/],
    [{ tree: { ...treeOf(700), readTile: async () => Buffer.alloc(32) } }, /tiles of the log are damaged/],
    [{ key: readSignerKey(generateSignerKey(origin)) }, /signed with another key/],
  ] as const
  for (const [fault, reason] of faults) {
    const { log, open, signer, stored, lines } = await openLog(t)
    log.tree = treeOf(600)
    await signer.sign()
    const good = { ...log }
    Object.assign(log, fault)
    const next = open()
    await next.sign()
    await next.sign()
    assert.match(next.state().forked ?? '', reason)
    assert.equal((await stored())?.size, 600)
    assert.equal(lines.filter(({ level }) => level === 'error').length, 1, 'logged once')
    Object.assign(log, good, { tree: treeOf(601) })
    const again = open()
    await again.sign()
    assert.deepEqual([again.state().forked, (await stored())?.size], [undefined, 601])
  }
})

test('an older checkpoint does not replace a newer one of another worker', async (t) => {
  const { log, open, stored } = await openLog(t)
  log.tree = treeOf(10)
  await open().sign()
  const note = await stored()
  assert.ok(note)
  const file = createFileAnchor(join(await temporaryFolder(t), 'checkpoint'))
  await file.store(note, async () => [])
  await file.store({ ...note, size: 9 }, async () => [])
  assert.equal((await file.newest())?.size, 10)
})

test('a file that is no checkpoint is an error, and is kept', async (t) => {
  const { signer, path } = await openLog(t)
  await signer.sign()
  await writeFile(path, 'not a checkpoint')
  await assert.rejects(signer.sign(), /no signed note/)
  assert.equal(await readFile(path, 'utf8'), 'not a checkpoint')
})

test('every checkpoint is posted; an address that refuses is named and gets the next one', async (t) => {
  const posted: string[] = []
  let status = 500
  const server = createServer(async (request, response) => {
    posted.push(await text(request))
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const port = (server.address() as AddressInfo).port
  const { signer, stored } = await openLog(t, [createHttpAnchor(`http://127.0.0.1:${port}/a?token=secret`)])
  await assert.rejects(signer.sign(), { message: `127.0.0.1:${port} refused a checkpoint with status 500` })
  assert.deepEqual(signer.state().unavailable, [`127.0.0.1:${port}`])
  assert.equal(signer.state().anchoredSize, 0)
  assert.equal((await stored())?.size, 3, 'the file has it')
  status = 204
  await signer.sign()
  assert.deepEqual(signer.state().unavailable, [])
  assert.equal(posted.at(-1), (await stored())?.note)
})

test('a witness signs what extends the log that it knows, also for a new process', async (t) => {
  const witness = await startWitness(origin)
  t.after(() => witness.close())
  const connect = () => createWitnessAnchor(witness.url, readVerifierKey(witness.verifierKey))
  const first = await openLog(t, [connect()])
  for (const size of [3, 300, 600]) {
    first.log.tree = treeOf(size)
    await first.signer.sign()
    assert.equal(witness.latest().size, size)
  }
  const second = await openLog(t, [connect()])
  second.log.tree = treeOf(700)
  await second.signer.sign()
  assert.equal(witness.latest().size, 700)
  assert.equal(second.signer.state().anchoredSize, 700)
})

test('a witness finds a rollback also where the file is gone', async (t) => {
  const witness = await startWitness(origin)
  t.after(() => witness.close())
  const connect = () => createWitnessAnchor(witness.url, readVerifierKey(witness.verifierKey))
  const { log, signer } = await openLog(t, [connect()])
  log.tree = treeOf(600)
  await signer.sign()
  const restored = await openLog(t, [connect()])
  restored.log.tree = treeOf(500)
  await restored.signer.sign()
  assert.match(restored.signer.state().forked ?? '', /has seen 600 leaves, and the log has 500/)
  assert.equal(await restored.stored(), undefined, 'nothing is stored in the other anchors')
  const edited = treeOf(700)
  edited.range.roots[0] = Buffer.alloc(32, 1)
  restored.log.tree = edited
  await restored.signer.sign()
  assert.match(restored.signer.state().forked ?? '', /does not extend/)
})
