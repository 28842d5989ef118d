import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { checkpointText, parseCheckpoint } from '../../../../../consumers/audit-log/note/checkpoint.ts'
import { keyIdOf } from '../../../../../consumers/audit-log/note/key-name.ts'
import { parseNote, signersOf, signNote } from '../../../../../consumers/audit-log/note/signed-note.ts'
import { generateSignerKey, readSignerKey } from '../../../../../consumers/audit-log/note/signer-key.ts'
import { readVerifierKey } from '../../../../../consumers/audit-log/note/verifier-key.ts'
import { UsageError } from '../../../../../lib/errors.ts'

// The keys and the note of the example of Go's package golang.org/x/mod/sumdb/note.
const goKey = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz'
const goVerifier = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const goNote = `If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`

test('keys and notes are those of Go', () => {
  const key = readSignerKey(goKey)
  assert.equal(key.verifierKey, goVerifier)
  assert.equal(signNote(parseNote(goNote).text, [key]), goNote)
  assert.deepEqual(
    signersOf(parseNote(goNote), [readVerifierKey(goVerifier)]).map(({ name }) => name),
    ['PeterNeumann'],
  )
})

test('a generated key signs, and is read again', () => {
  const key = readSignerKey(`${generateSignerKey('example.com/log')}\n`)
  const note = parseNote(signNote('text\n\nwith an empty line\n', [key]))
  assert.equal(note.text, 'text\n\nwith an empty line\n')
  assert.equal(signersOf(note, [readVerifierKey(key.verifierKey)]).length, 1)
})

test('a changed note is refused, and the signature of an unknown key is ignored', () => {
  const [key, other] = [readSignerKey(generateSignerKey('log')), readSignerKey(generateSignerKey('log'))]
  const note = signNote('size 5\n', [key])
  const changed = parseNote(note.replace('size 5', 'size 6'))
  assert.throws(() => signersOf(changed, [readVerifierKey(key.verifierKey)]), /is not valid/)
  assert.deepEqual(signersOf(changed, [readVerifierKey(other.verifierKey)]), [])
})

test('a text that is no note or no key is refused, and a private key is never printed', () => {
  const wrongNotes = ['', 'text\n', 'text\n\n', 'text\n\n— name\n', 'a\tb\n\n— name AAAAAAAA\n', `${goNote}x`]
  for (const note of wrongNotes) assert.throws(() => parseNote(note), UsageError, JSON.stringify(note))
  for (const key of [goVerifier, `${goKey}AAAA`, goKey.replace('c74f20a3', 'c74f20a4'), 'PRIVATE+KEY+'])
    assert.throws(
      () => readSignerKey(key),
      (error: Error) => error instanceof UsageError && !error.message.includes('AYEKFALV'),
    )
  for (const key of [goKey, 'a+b', goVerifier.replace('c74f', 'c74e'), `x${goVerifier}`])
    assert.throws(() => readVerifierKey(key), UsageError)
})

test('a checkpoint is read as it was written; a text with another form is refused', () => {
  const checkpoint = { origin: 'example.com/log', size: 20_852_163, root: Buffer.alloc(32, 7) }
  assert.deepEqual(parseCheckpoint(checkpointText(checkpoint)), checkpoint)
  assert.deepEqual(parseCheckpoint(`${checkpointText(checkpoint)}an extension\n`), checkpoint)
  for (const text of [
    '',
    'origin\n',
    'o\n01\n',
    'o\n-1\n',
    'o\n1\nAAAA\n',
    `\n${checkpointText(checkpoint)}`,
  ])
    assert.throws(() => parseCheckpoint(text), UsageError, text)
})

test('the signature of a witness is valid for the text and the time', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const id = keyIdOf('witness', 4, raw).toString('hex')
  const key = readVerifierKey(`witness+${id}+${Buffer.concat([Buffer.of(4), raw]).toString('base64')}`)
  const text = Buffer.from('example.com/log\n1\n')
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(1_679_315_147n)
  const signature = sign(
    null,
    Buffer.concat([Buffer.from('cosignature/v1\ntime 1679315147\n'), text]),
    privateKey,
  )
  assert.ok(key.isValid(text, Buffer.concat([time, signature])))
  assert.ok(!key.isValid(text, Buffer.concat([Buffer.alloc(8), signature])))
  assert.ok(!key.isValid(text, signature))
})
