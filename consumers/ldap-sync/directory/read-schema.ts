import type { IsCaseExact } from '../dn/dn-key.ts'
import type { LdapClient } from './ldap-client.ts'
import { valuesOf } from './read-group.ts'

/**
 * Reads from the server which attributes tell letter case apart. A server that does not show its schema is
 * taken for one where none does, which holds for the attributes that are usual in DNs.
 *
 * @throws LdapRetriableError
 */
export const readSchema = async (client: LdapClient): Promise<IsCaseExact> => {
  const [root] = await client.search({
    base: '',
    scope: 'base',
    attributes: ['subschemaSubentry'],
    size: 'small',
  })
  const place = root === undefined ? undefined : valuesOf(root, 'subschemaSubentry')[0]
  if (place === undefined) return () => false
  const [schema] = await client.search({
    base: place,
    scope: 'base',
    where: [['objectClass', 'subschema']],
    attributes: ['attributeTypes'],
    size: 'small',
  })
  return schema === undefined ? () => false : caseExactIn(valuesOf(schema, 'attributeTypes'))
}

interface AttributeType {
  equality: string | undefined
  superior: string | undefined
}

/** @param definitions attribute types as RFC 4512 writes them */
export const caseExactIn = (definitions: readonly string[]): IsCaseExact => {
  const types = new Map<string, AttributeType>()
  for (const definition of definitions) {
    const [, one, several] = /\bNAME\s+(?:'([^']+)'|\(([^)]*)\))/.exec(definition) ?? []
    const names =
      one === undefined ? [...(several ?? '').matchAll(/'([^']+)'/g)].map(([, name = '']) => name) : [one]
    const type = {
      equality: /\bEQUALITY\s+(\S+)/.exec(definition)?.[1],
      superior: /\bSUP\s+(\S+)/.exec(definition)?.[1]?.toLowerCase(),
    }
    for (const name of names) types.set(name.toLowerCase(), type)
  }
  const equalityOf = (name: string, depth = 0): string | undefined => {
    const type = types.get(name)
    if (type === undefined || depth > 10) return undefined
    return type.equality ?? (type.superior === undefined ? undefined : equalityOf(type.superior, depth + 1))
  }
  return (name) => /^caseExact/i.test(equalityOf(name.toLowerCase()) ?? '')
}
