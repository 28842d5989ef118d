import type { Push } from './reconcile.ts'

/**
 * The push that made a ref what it is now. Its `after` is the newest commit of the ref.
 *
 * Hooks can arrive in any order, so the chain of the changes decides: the ref is at the commit that it was
 * moved to once more than it was moved away from. Where no commit or several commits are like that, because
 * hooks are missing or the ref came back to where it began, the push that was received last decides.
 *
 * @param pushes all pushes of one ref, oldest first
 * @returns undefined if there is no push, apart from suspected tests
 */
export const headOf = (pushes: readonly Push[]): Push | undefined => {
  const real = pushes.filter(({ line }) => !line.suspected_test)
  const arrivals = new Map<string, number>()
  const add = (sha: string, number: number) => arrivals.set(sha, (arrivals.get(sha) ?? 0) + number)
  for (const { line } of real) {
    add(line.after, 1)
    add(line.before, -1)
  }
  const heads = [...arrivals].filter(([, surplus]) => surplus === 1).map(([sha]) => sha)
  const reached = heads.length === 1 ? real.filter(({ line }) => line.after === heads[0]) : real
  return reached.at(-1)
}

/** Whether a push deleted its ref. */
export const isDeletion = ({ line }: Push): boolean => /^0+$/.test(line.after)
