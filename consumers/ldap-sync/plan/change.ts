/**
 * One thing that changes in the directory, as a person counts it. `dn` is the entry, and `value` is what is
 * added to or removed from its `attribute`.
 */
export type Change = ValueChange | MoveChange

export interface ValueChange {
  kind: 'add_member' | 'remove_member' | 'add_key' | 'remove_key'
  dn: string
  attribute: string
  value: string
}

export interface MoveChange {
  kind: 'rename_group' | 'archive_group'
  dn: string
  newDn: string
}

export type ChangeKind = Change['kind']

/** The attributes of a new entry. */
export type Attributes = Readonly<Record<string, readonly string[]>>

/**
 * What the brake counts. Renaming and archiving take an entry away from where others look for it, and a
 * removed key locks somebody out, so that all of them count as removals.
 */
export const weightOf: Readonly<Record<ChangeKind, 'removal' | 'addition'>> = {
  add_member: 'addition',
  add_key: 'addition',
  remove_member: 'removal',
  remove_key: 'removal',
  rename_group: 'removal',
  archive_group: 'removal',
}

/** A change, and what it belongs to. */
export interface Proposed {
  change: Change
  /** The LDAP group; undefined for the keys of a person. */
  targetId: number | undefined
  /** The member; undefined where a whole group is moved. */
  userId: number | undefined
  /** The entry, in the spelling that is the same for equal names. */
  dnKey: string
}

/** The same text for the same change, whenever it is planned. */
export const itemKeyOf = ({ change, dnKey }: Proposed): string =>
  'value' in change ? `${change.kind} ${dnKey} ${change.value}` : `${change.kind} ${dnKey} ${change.newDn}`

/** One line for a person: `remove cn=anna,… from cn=team,… (member)`. */
export const sentenceOf = (change: Change): string => {
  switch (change.kind) {
    case 'add_member':
    case 'add_key':
      return `add to ${change.dn}: ${change.attribute} ${change.value}`
    case 'remove_member':
    case 'remove_key':
      return `remove from ${change.dn}: ${change.attribute} ${change.value}`
    case 'rename_group':
      return `rename ${change.dn} to ${change.newDn}`
    case 'archive_group':
      return `archive ${change.dn} as ${change.newDn}`
  }
}
