import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Environment, readVariables } from '../../../lib/config.ts'
import type { Pool } from '../../../lib/database.ts'
import { messageOf, UsageError } from '../../../lib/errors.ts'
import type { SignedCheckpoint } from '../anchors/anchor.ts'
import { anchorFile, anchorVariables, auditLogFolder } from '../anchors/anchor-variables.ts'
import { parseCheckpoint } from '../note/checkpoint.ts'
import { keysAfter } from '../note/key-change.ts'
import { parseNote, signersOf } from '../note/signed-note.ts'
import { readVerifierKey } from '../note/verifier-key.ts'
import { readStatements } from './statements.ts'

/** The variables that say where the anchor of this machine is. */
export const anchorPlaceVariables = anchorVariables.pick({
  BRIDGE_DATA_DIR: true,
  AUDIT_LOG_ANCHOR_FILE: true,
})

type Places = Parameters<typeof anchorFile>[0]

/** The file of the newest checkpoint of this machine. @throws ConfigError */
export const anchorPathOf = (env: Environment): string => anchorFile(readVariables(anchorPlaceVariables, env))

/** The statements of the log in the database by which a key names the next one. */
export const keyChangesIn = async (pool: Pool): Promise<string[]> =>
  (await readStatements(pool, 'key_change')).map(({ content }) => content)

/** A checkpoint from outside of the database, whose signature was checked. */
export interface OpenedAnchor {
  checkpoint: SignedCheckpoint
  path: string
  signer: string
  /** `this machine` is the default: it proves nothing against whoever controls the machine. */
  from: 'this machine' | 'given'
}

/**
 * Reads a checkpoint and checks its signature.
 *
 * @param readKeyChanges reads the statements of the log by which a key names the next one
 * @param given paths of a checkpoint and of a verifier key; without them, those of this machine
 * @throws UsageError if a file cannot be read, or if the key has not signed the checkpoint
 */
export const openAnchor = async (
  places: Places,
  given: { anchor?: string | undefined; key?: string | undefined },
  readKeyChanges: () => Promise<readonly string[]>,
): Promise<OpenedAnchor> => {
  const path = given.anchor ?? anchorFile(places)
  const keyPath = given.key ?? join(auditLogFolder(places), 'verifier-key')
  const note = await read(path, 'the anchor', '--anchor')
  const key = readVerifierKey(await read(keyPath, 'the verifier key', '--key'))
  const parsed = parseNote(note)
  let [signer] = signersOf(parsed, [key])
  // The key may be older than the checkpoint. Then it has named the next one in the log.
  if (signer === undefined) [signer] = signersOf(parsed, keysAfter(key, await readKeyChanges()))
  if (signer === undefined)
    throw new UsageError(
      `Neither the key ${key.name} in ${keyPath} nor a key that it named in the log has signed the ` +
        `checkpoint in ${path}.`,
    )
  return {
    checkpoint: { ...parseCheckpoint(parsed.text), note },
    path,
    signer: signer.name,
    from: given.anchor === undefined ? 'this machine' : 'given',
  }
}

const read = (path: string, what: string, option: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`Cannot read ${what}: ${messageOf(error)}. Name another file with ${option}.`)
  })
