import { formatDn } from '../dn/format-dn.ts'
import { parseDn } from '../dn/parse-dn.ts'
import type { Operation } from './operation.ts'

/** A change record of RFC 2849, which `ldapmodify` reads. It ends with an empty line. */
export const ldifOf = (operation: Operation): string =>
  `${[ldifLine('dn', operation.dn), ...bodyOf(operation)].join('\n')}\n\n`

const bodyOf = (operation: Operation): string[] => {
  switch (operation.op) {
    case 'add':
      return ['changetype: add', ...attributeLines(operation.attributes)]
    case 'delete':
      return ['changetype: delete']
    case 'rename': {
      const [newRdn = [], ...superior] = parseDn(operation.newDn)
      return [
        'changetype: modrdn',
        ldifLine('newrdn', formatDn([newRdn])),
        'deleteoldrdn: 1',
        ldifLine('newsuperior', formatDn(superior)),
      ]
    }
    case 'modify':
      return [
        'changetype: modify',
        ...valueLines('add', operation.attribute, operation.add),
        ...valueLines('delete', operation.attribute, operation.delete),
      ]
  }
}

const attributeLines = (attributes: Readonly<Record<string, readonly string[]>>): string[] =>
  Object.entries(attributes).flatMap(([name, values]) => values.map((value) => ldifLine(name, value)))

const valueLines = (how: 'add' | 'delete', attribute: string, values: readonly string[]): string[] =>
  values.length === 0
    ? []
    : [`${how}: ${attribute}`, ...values.map((value) => ldifLine(attribute, value)), '-']

/** A value that LDIF cannot hold as it is, is written in base64 behind two colons. */
const ldifLine = (name: string, value: string): string =>
  /^[\x21-\x39\x3b\x3d-\x7e][\x20-\x7e]*$|^$/.test(value) && !value.endsWith(' ')
    ? `${name}: ${value}`
    : `${name}:: ${Buffer.from(value).toString('base64')}`
