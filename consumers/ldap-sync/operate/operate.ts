/** What `bridge ldap` does. */
export { type Proposed, sentenceOf } from '../plan/change.ts'
export { type Hold, loadHolds } from '../state/holds.ts'
export { diff, type Reconciled, reconcile } from '../sync/reconcile.ts'
