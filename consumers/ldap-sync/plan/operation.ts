import type { Attributes } from './change.ts'

/** One request that changes the directory. There is none that replaces the values of an attribute. */
export type Operation =
  | { op: 'add'; dn: string; attributes: Attributes }
  | { op: 'modify'; dn: string; attribute: string; add: readonly string[]; delete: readonly string[] }
  | { op: 'rename'; dn: string; newDn: string }
  | { op: 'delete'; dn: string; attributes: Attributes }

/** What takes an operation back. `delete` has the attributes so that it can be taken back, too. */
export const inverseOf = (operation: Operation): Operation => {
  switch (operation.op) {
    case 'add':
      return { ...operation, op: 'delete' }
    case 'delete':
      return { ...operation, op: 'add' }
    case 'rename':
      return { op: 'rename', dn: operation.newDn, newDn: operation.dn }
    case 'modify':
      return { ...operation, add: operation.delete, delete: operation.add }
  }
}
