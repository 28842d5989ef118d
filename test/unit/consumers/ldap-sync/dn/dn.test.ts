import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Dn } from '../../../../../consumers/ldap-sync/dn/dn.ts'
import { dnKey, isWithin } from '../../../../../consumers/ldap-sync/dn/dn-key.ts'
import { formatDn } from '../../../../../consumers/ldap-sync/dn/format-dn.ts'
import { DnSyntaxError, parseDn } from '../../../../../consumers/ldap-sync/dn/parse-dn.ts'

const special = [
  ',',
  '+',
  '#',
  '"',
  '\\',
  ';',
  '<',
  '>',
  '=',
  '(',
  ')',
  '*',
  ' ',
  '\0',
  'ä',
  '😀',
  'a',
  'B',
  '4f',
]
const value = fc
  .array(fc.constantFrom(...special), { minLength: 1, maxLength: 8 })
  .map((parts) => parts.join(''))
const part = fc.record({ type: fc.constantFrom('cn', 'uid', 'ou', 'dc'), value }, { noNullPrototype: true })
const dn: fc.Arbitrary<Dn> = fc.array(fc.array(part, { minLength: 1, maxLength: 2 }), {
  minLength: 1,
  maxLength: 4,
})

/** Writes a value as servers do: with a backslash before the character, instead of hexadecimal digits. */
const otherSpelling = (name: Dn): string =>
  name
    .map((rdn) =>
      rdn
        .map(({ type, value: text }) => {
          const escaped = text
            .replaceAll(/[",+;<>\\=]/g, '\\$&')
            .replaceAll('\0', '\\00')
            .replaceAll('ä', '\\C3\\A4')
          return `${type.toUpperCase()} = ${escaped.replace(/^[ #]/, '\\$&').replace(/(?<!\\) $/, '\\ ')}`
        })
        .join(' + '),
    )
    .join(' , ')

test('a DN of any characters is read back as it was written', () => {
  fc.assert(fc.property(dn, (name) => assert.deepEqual(parseDn(formatDn(name)), name)))
})

test('what is written has no character that a DN must escape', () => {
  fc.assert(
    fc.property(value, (text) =>
      assert.doesNotMatch(formatDn([[{ type: 'cn', value: text }]]).slice(3), /[",+;<>=\0]/),
    ),
  )
})

test('two spellings of one DN have the same key', () => {
  fc.assert(fc.property(dn, (name) => assert.equal(dnKey(otherSpelling(name)), dnKey(formatDn(name)))))
})

test('letter case, spaces, the order within an RDN and the name of a type make no other entry', () => {
  const equal = [
    ['cn=Anna  B,ou=People', 'CN=anna b , OU=people'],
    ['cn=a+uid=b,dc=x', 'UID=b+CN=A,DC=X'],
    ['2.5.4.3=a,dc=x', 'commonName=a,0.9.2342.19200300.100.1.25=x'],
    ['cn="a,b",dc=x', 'cn=a\\2cb,dc=x'],
    ['cn=#0403616263,dc=x', 'cn=abc,dc=x'],
    ['cn=a;dc=x', 'cn=a,dc=x'],
  ]
  for (const [one, other] of equal) assert.equal(dnKey(one ?? ''), dnKey(other ?? ''), one)
  const different = [
    ['cn=a,dc=x', 'cn=a\\,dc\\=x'],
    ['cn=a+uid=b', 'cn=a,uid=b'],
    ['cn=\\20a', 'cn=\\23a'],
  ]
  for (const [one, other] of different) assert.notEqual(dnKey(one ?? ''), dnKey(other ?? ''), one)
})

test('letter case counts where the schema says so', () => {
  const isExact = (type: string) => type === 'uid'
  assert.notEqual(dnKey('uid=A,dc=x', isExact), dnKey('uid=a,dc=x', isExact))
  assert.equal(dnKey('cn=A,dc=x', isExact), dnKey('cn=a,dc=X', isExact))
})

test('what is no DN is refused', () => {
  for (const text of [
    'anna',
    'cn=a,',
    'cn=a,b',
    'cn="a',
    'cn=a\\',
    'cn=a\\x',
    'cn=<a',
    '=a',
    'cn=\\ff',
    'cn=#0',
  ])
    assert.throws(() => parseDn(text), DnSyntaxError, text)
  assert.deepEqual(parseDn(''), [])
})

test('an entry lies below its base, in whatever spelling', () => {
  assert.ok(isWithin('uid=a,OU=People,dc=x', 'ou=people,DC=X'))
  assert.ok(!isWithin('uid=a,ou=people\\,dc=x', 'dc=x'))
})
