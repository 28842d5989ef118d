import { approve } from '../../consumers/ldap-sync/operate/approve.ts'
import { ldifOfChanges } from '../../consumers/ldap-sync/operate/ldif-of-changes.ts'
import type { Operator } from '../../consumers/ldap-sync/operate/open-operator.ts'
import { diff, loadHolds, reconcile, sentenceOf } from '../../consumers/ldap-sync/operate/operate.ts'
import { raise } from '../../consumers/ldap-sync/operate/raise.ts'
import { readStatus } from '../../consumers/ldap-sync/operate/status.ts'
import { unbind } from '../../consumers/ldap-sync/operate/unbind.ts'
import { loadInverseLdif, undo } from '../../consumers/ldap-sync/operate/undo.ts'
import { UsageError } from '../../lib/errors.ts'
import { holdLines, shortHoldLine, statusLines } from './lines.ts'

/** Does one thing and prints what became of it. @returns the exit code */
export type OperatorAction = (operator: Operator, print: (line: string) => void) => Promise<0 | 1>

/** Nothing is written, so that it works with a bind that may only read. */
export const printDiff: OperatorAction = async (operator, print) => {
  const { changes } = await diff(operator)
  if (changes.length === 0) print('# The directory is what GitLab says.')
  else print((await ldifOfChanges(operator, changes)).trimEnd())
  return 0
}

/** @returns 1 if something is held */
export const runReconcile: OperatorAction = async (operator, print) => {
  const { changes, holds, run } = await reconcile(operator)
  if (changes.length === 0) print('The directory is what GitLab says.')
  for (const hold of holds) print(`${changes.length} changes are held: see bridge ldap holds ${hold}`)
  if (run !== undefined) {
    for (const { change } of changes) print(sentenceOf(change))
    print(`Done as run ${run}. Take it back with: bridge ldap undo ${run}`)
  }
  return holds.length > 0 ? 1 : 0
}

export const printHolds =
  (id: number | undefined, { ldif, json }: { ldif?: boolean; json?: boolean }): OperatorAction =>
  async (operator, print) => {
    const holds = (await loadHolds(operator.pool)).filter((hold) => id === undefined || hold.id === id)
    if (id !== undefined && holds.length === 0)
      throw new UsageError(`There is no open hold ${id}. See: bridge ldap holds`)
    if (json) {
      for (const hold of holds) print(JSON.stringify(hold))
      return 0
    }
    if (holds.length === 0) print('Nothing is held.')
    for (const hold of holds) {
      if (ldif) print((await ldifOfChanges(operator, hold.items)).trimEnd())
      else for (const line of id === undefined ? [shortHoldLine(hold)] : holdLines(hold)) print(line)
    }
    return 0
  }

export const runApprove =
  (id: number, digest: string): OperatorAction =>
  async (operator, print) => {
    const { run, done, left } = await approve(operator, id, digest)
    for (const { change } of done) print(sentenceOf(change))
    if (run !== undefined) print(`Done as run ${run}. Take it back with: bridge ldap undo ${run}`)
    for (const { change } of left) print(`not done, because it is not possible now: ${sentenceOf(change)}`)
    return left.length > 0 ? 1 : 0
  }

export interface RaiseOptions {
  removals?: number
  additions?: number
  for: string
}

const unitMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 }
const longestRaiseMs = 7 * 86_400_000

export const runRaise =
  ({ removals, additions, for: duration }: RaiseOptions): OperatorAction =>
  async (operator, print) => {
    const [, number, unit = ''] = /^(\d+)([mhd])$/.exec(duration) ?? []
    const forMs = Number(number) * (unitMs[unit] ?? Number.NaN)
    if (!(forMs > 0 && forMs <= longestRaiseMs))
      throw new UsageError(`--for: ${duration} is not a time such as 30m or 2h, of at most 7d`)
    if (removals === undefined && additions === undefined)
      throw new UsageError('Say which limit is raised: --removals or --additions')
    const until = await raise(operator, { removals, additions, forMs })
    print(`The limits are raised until ${until.toISOString()}. After that, the usual ones hold again.`)
    return 0
  }

/** @returns 1 if the undo is held */
export const runUndo =
  (run: number, { dryRun }: { dryRun?: boolean }): OperatorAction =>
  async (operator, print) => {
    if (dryRun) {
      print((await loadInverseLdif(operator, run)).trimEnd())
      return 0
    }
    const undone = await undo(operator, run)
    for (const { change } of undone.changes) print(sentenceOf(change))
    if (undone.hold !== undefined) {
      print(`Nothing was done, because a limit would be passed: see bridge ldap holds ${undone.hold}`)
      return 1
    }
    print(`Run ${run} was undone. What GitLab still asks for is held from now on.`)
    return 0
  }

export const printStatus =
  ({ json }: { json?: boolean }): OperatorAction =>
  async (operator, print) => {
    const status = await readStatus(operator)
    if (json) print(JSON.stringify(status))
    else for (const line of statusLines(status)) print(line)
    return 0
  }

export const runUnbind =
  (username: string, { instance }: { instance?: string } = {}): OperatorAction =>
  async (operator, print) => {
    const dn = await unbind(operator, username, instance)
    print(`${username} was bound to ${dn}, and is looked for again.`)
    return 0
  }
