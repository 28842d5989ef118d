import { keyChangesInExport, verifyExport } from '../../consumers/audit-log/export/verify-export.ts'
import {
  anchorPlaceVariables,
  type OpenedAnchor,
  openAnchor,
} from '../../consumers/audit-log/verify/open-anchor.ts'
import type { Said } from '../../consumers/audit-log/verify/said.ts'
import {
  type Accounting,
  type Break,
  type VerifyResult,
  verifyAuditLog,
} from '../../consumers/audit-log/verify/verify.ts'
import { type Environment, readVariables } from '../../lib/config.ts'
import type { JsonOption } from '../options/json-option.ts'
import { linesOf } from './fault-lines.ts'
import { type AnchorOptions, withAuditLog } from './open-audit-log.ts'

export interface VerifyOptions extends AnchorOptions, JsonOption {
  jobs: number
  /** Files of an export in NDJSON, to verify instead of the database. */
  export?: string[]
  /** Digests of the breaks that an auditor accepts. */
  accept?: string[]
}

/**
 * Verifies the audit log and prints what was found. The last line names the anchor and what it proves.
 *
 * @returns the exit code: 0 if the log is sound
 */
export const verify = (
  options: VerifyOptions,
  env: Environment,
  print: (line: string) => void,
): Promise<0 | 1> =>
  verified(options, env, async (result, anchor) => {
    const accepted = options.accept ?? []
    const isSound =
      result.faults.length === 0 &&
      result.isHeadSound &&
      result.anchor.kind === 'extends' &&
      (result.accounting?.gaps.length ?? 0) === 0 &&
      result.breaks.every(({ digest }) => accepted.includes(digest))
    if (options.json) {
      for (const fault of result.faults) print(JSON.stringify(fault))
      const { size, notAnchored, sealed, heldByExport, isHeadSound, accounting, said, breaks } = result
      const proves = provesOf(anchor)
      print(
        JSON.stringify({
          ...{ sound: isSound, size, notAnchored, sealed, heldByExport, isHeadSound, accounting },
          ...{ said, breaks, anchor: result.anchor, proves },
        }),
      )
      return isSound ? 0 : 1
    }
    for (const line of linesOf(result.faults)) print(line)
    for (const line of summaryOf(result, anchor)) print(line)
    for (const each of result.breaks) print(breakLine(each, accepted))
    print(isSound ? 'The audit log is sound.' : 'The audit log is NOT sound.')
    print(provesOf(anchor))
    return isSound ? 0 : 1
  })

const verified = async <T>(
  options: VerifyOptions,
  env: Environment,
  report: (result: VerifyResult, anchor: OpenedAnchor) => Promise<T>,
): Promise<T> => {
  const paths = options.export
  if (paths !== undefined) {
    const anchor = await openAnchor(readVariables(anchorPlaceVariables, env), options, () =>
      keyChangesInExport(paths),
    )
    return await report(await verifyExport(paths, anchor.checkpoint), anchor)
  }
  // One connection holds the snapshot, and one reads tiles.
  return await withAuditLog(options, env, options.jobs + 2, async ({ pool, anchor }) =>
    report(await verifyAuditLog(pool, anchor.checkpoint, options.jobs), anchor),
  )
}

const summaryOf = (result: VerifyResult, { checkpoint }: OpenedAnchor): string[] => {
  const { size, notAnchored, sealed, isHeadSound, accounting, anchor, faults, heldByExport } = result
  const lines = [`Leaves read: ${size}. Faults found: ${faults.length}.`]
  if (sealed > 0)
    lines.push(`${sealed} rows are older than the log: nothing proves them before they were sealed.`)
  if (heldByExport > 0)
    lines.push(`${heldByExport} rows have values that were erased from the log later: delete these files.`)
  if (notAnchored > 0)
    lines.push(`not anchored yet: ${notAnchoredText(size - notAnchored, size - 1)} with the tiles.`)
  lines.push(...saidLines(result.said))
  if (accounting !== undefined) lines.push(...accountingLines(accounting))
  if (!isHeadSound) lines.push('edited: the head or the tiles of the tree do not belong to each other.')
  if (anchor.kind === 'another log')
    lines.push(
      `replaced: the database has the log ${anchor.origin}, and the anchor is of ${checkpoint.origin}.`,
    )
  if (anchor.kind === 'shorter')
    lines.push(`removed: leaves ${size} to ${checkpoint.size - 1}, which the anchor covers.`)
  if (anchor.kind === 'differs')
    lines.push(
      `rewritten: the first ${checkpoint.size} leaves are not those of the anchor. ` +
        'If no row above is named, rows and hashes were changed together.',
    )
  return lines
}

const saidLines = ({ erasures, droppedMonths, keyChanges, epochs }: Said): string[] => {
  const said = [
    [erasures, 'erasure'],
    [droppedMonths, 'dropped month'],
    [keyChanges, 'new key'],
    [epochs, 'new epoch'],
  ] as const
  const counts = said.flatMap(([count, what]) =>
    count === 0 ? [] : [`${count} ${what}${count === 1 ? '' : 's'}`],
  )
  return counts.length === 0 ? [] : [`The log says about itself: ${counts.join(', ')}. Ask for the reasons.`]
}

const notAnchoredText = (first: number, last: number): string =>
  first === last ? `leaf ${first}, which agrees` : `leaves ${first} to ${last}, which agree`

const breakLine = ({ leaf, oldOrigin, oldSize, commonSize, digest }: Break, accepted: readonly string[]) => {
  const what =
    `rebuilt: leaves ${commonSize} to ${leaf - 1} were written again after a restore; ` +
    `the log ${oldOrigin} had ${oldSize} leaves, of which ${commonSize} are proven to be here.`
  return accepted.includes(digest)
    ? `${what} You accept this.`
    : `${what} A rollback by an insider looks the same. To accept it: --accept ${digest}`
}

const accountingLines = ({ partitions, gaps }: Accounting): string[] => {
  if (gaps.length === 0) return [`Every offset is accounted for. Partitions of Kafka: ${partitions}.`]
  return gaps.map(
    ({ topic, partition, first, last }) =>
      `gap: ${topic}/${partition} offsets ${first} to ${last} (${last - first + 1} records): ` +
      'no row, repeat or dead letter accounts for them.',
  )
}

/** What the anchor proves, for the last line. */
const provesOf = ({ checkpoint, path, signer, from }: OpenedAnchor): string =>
  from === 'this machine'
    ? 'anchor on this machine: proves nothing against whoever controls it ' +
      `(${path}, leaves: ${checkpoint.size}, signed by ${signer})`
    : `anchor ${path}: proves that the first ${checkpoint.size} leaves are those that ${signer} signed, ` +
      'if the file was kept where nobody could change it'
