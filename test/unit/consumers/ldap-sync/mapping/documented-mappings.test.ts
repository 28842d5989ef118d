import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parse } from 'yaml'
import { mappingShape } from '../../../../../consumers/ldap-sync/mapping/mapping.ts'
import { blocksOf, readPage } from '../../../../helpers/records/markdown.ts'

const mappings = blocksOf(readPage('docs/ldap.md')).flatMap(({ info, text }) =>
  info === 'yaml' ? [text] : [],
)

test('every mapping in docs/ldap.md is accepted', () => {
  assert.equal(mappings.length, 3)
  for (const mapping of mappings) {
    const { error } = mappingShape.safeParse(parse(mapping))
    assert.equal(error, undefined, mapping)
  }
})
