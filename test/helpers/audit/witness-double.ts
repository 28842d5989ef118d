import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { parseCheckpoint } from '../../../consumers/audit-log/note/checkpoint.ts'
import { keyIdOf } from '../../../consumers/audit-log/note/key-name.ts'
import { parseNote } from '../../../consumers/audit-log/note/signed-note.ts'
import { isExtension, type TreeHead } from '../../../consumers/audit-log/tree/check-proof.ts'
import { emptyRoot } from '../../../consumers/audit-log/tree/hashing.ts'

/** A witness as C2SP tlog-witness describes it, which knows one log. */
export interface WitnessDouble {
  url: string
  verifierKey: string
  /** What it has signed last. */
  latest(): TreeHead
  close(): void
}

export const startWitness = async (origin: string): Promise<WitnessDouble> => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  const name = 'witness.example/w1'
  const keyId = keyIdOf(name, 4, raw)
  let latest: TreeHead = { size: 0, root: emptyRoot }

  const answerTo = (body: string): [status: number, text: string] => {
    const split = body.indexOf('\n\n')
    const [oldLine = '', ...proofLines] = body.slice(0, split).split('\n')
    const note = parseNote(body.slice(split + 2))
    const checkpoint = parseCheckpoint(note.text)
    const oldSize = Number(/^old (\d+)$/.exec(oldLine)?.[1])
    if (checkpoint.origin !== origin) return [404, '']
    if (oldSize > checkpoint.size || proofLines.length > 63) return [400, '']
    if (oldSize !== latest.size) return [409, `${latest.size}\n`]
    if (oldSize === checkpoint.size && !latest.root.equals(checkpoint.root)) return [409, `${latest.size}\n`]
    const proof = proofLines.map((line) => Buffer.from(line, 'base64'))
    if (!isExtension(latest, checkpoint, proof)) return [422, '']
    latest = checkpoint
    const time = Buffer.alloc(8)
    time.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 1000)))
    const message = `cosignature/v1\ntime ${time.readBigUInt64BE()}\n${note.text}`
    const signature = Buffer.concat([keyId, time, sign(null, Buffer.from(message), privateKey)])
    return [200, `— ${name} ${signature.toString('base64')}\n`]
  }

  const server = createServer(async (request, response) => {
    const [status, answer] =
      request.method === 'POST' && request.url === '/log/add-checkpoint'
        ? answerTo(await text(request))
        : [405, '']
    response
      .writeHead(status, { 'content-type': status === 409 ? 'text/x.tlog.size' : 'text/plain' })
      .end(answer)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/`,
    verifierKey: `${name}+${keyId.toString('hex')}+${Buffer.concat([Buffer.of(4), raw]).toString('base64')}`,
    latest: () => latest,
    close: () => void server.close(),
  }
}
