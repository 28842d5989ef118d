import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mappingShape } from '../../../../../consumers/ldap-sync/mapping/mapping.ts'

const names = { base: 'ou=groups,dc=example', placeholder: 'cn=nobody,dc=example' }
const numbers = { base: 'ou=groups,dc=example', class: 'posixGroup', first_gid: 20_000 }
const adopt = 'cn=team,ou=groups,dc=example'

/** The fields at fault: `path: message`. */
const faultsOf = (groups: object, rule: object = {}, top: object = {}): string[] => {
  const people = { base: 'ou=people,dc=example' }
  const mirror = [{ path: 'company/team', ...rule }]
  const { error } = mappingShape.safeParse({ ...top, people, groups, mirror })
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`)
}

const cases: [title: string, groups: object, rule: object, top: object, fault: RegExp | undefined][] = [
  ['a placeholder where the class needs one', names, {}, {}, undefined],
  [
    'no placeholder where the class needs one',
    { base: names.base },
    {},
    {},
    /^groups.placeholder: is missing/,
  ],
  [
    'a placeholder where groups can be empty',
    { ...numbers, placeholder: names.placeholder },
    {},
    {},
    /^groups.placeholder: has no effect: a posixGroup can be empty/,
  ],
  [
    'a first number of groups without numbers',
    { ...names, first_gid: 5 },
    {},
    {},
    /^groups.first_gid: has no/,
  ],
  ['a number of a group without one', names, { gid: 5 }, {}, /^mirror.0.gid: has no effect/],
  ['a number of an existing group', numbers, { gid: 5, adopt }, {}, /^mirror.0.gid: has no effect/],
  ['a number of a new group', { ...numbers, first_gid: undefined }, { gid: 5 }, {}, undefined],
  ['no number of a new group', { ...numbers, first_gid: undefined }, {}, {}, /^mirror.0.gid: is missing/],
  ['a name of an existing group', names, { adopt, name: '{slug}' }, {}, /^mirror.0.name: has no effect/],
  ['a source that nothing asks for', names, { source: 'gitlab' }, {}, /^mirror.0.source: has no effect/],
  [
    'a source where GitLab reads this LDAP',
    names,
    { source: 'gitlab' },
    { gitlab_reads_this_ldap: true },
    undefined,
  ],
  [
    'one name for all groups',
    { ...names, name: 'team' },
    {},
    {},
    /^groups.name: must contain {path} or {slug}/,
  ],
  [
    'one name for all levels',
    names,
    { into: 'each', name: '{slug}' },
    {},
    /^mirror.0.name: must contain {access}/,
  ],
  ['one existing group for each level', names, { adopt, into: 'each' }, {}, /^mirror.0.adopt: is one group/],
]

for (const [title, groups, rule, top, fault] of cases)
  test(`a mapping with ${title} is ${fault ? 'refused, and names the field' : 'accepted'}`, () => {
    const faults = faultsOf(groups, rule, top)
    if (fault === undefined) assert.deepEqual(faults, [])
    else assert.match(faults.join('\n'), fault)
  })

test('a mapping with two rules for one LDAP group is refused, and names the second one', () => {
  const people = { base: 'ou=people,dc=example' }
  const faults = (mirror: readonly object[]) =>
    (mappingShape.safeParse({ people, groups: names, mirror }).error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    )
  const rule = { path: 'company/team' }
  assert.match(faults([rule, rule]).join(), /^mirror.1.path: is listed twice/)
  assert.match(
    faults([
      { path: 'company/a', adopt },
      { path: 'company/b', adopt },
    ]).join(),
    /^mirror.1.path: is listed twice/,
  )
  assert.deepEqual(faults([rule, { path: 'company/other' }]), [])
})
