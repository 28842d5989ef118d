import assert from 'node:assert/strict'
import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkRoutes } from '../../../../cli/routes/check-routes.ts'
import { facetsOf } from '../../../../consumers/delivery/routes/facets.ts'
import { matchingRoutes, whyNot } from '../../../../consumers/delivery/routes/match-routes.ts'
import { readRoutes } from '../../../../consumers/delivery/routes/read-routes.ts'
import { type Route, routeShape } from '../../../../consumers/delivery/routes/route.ts'
import { secretsOf } from '../../../../consumers/delivery/routes/secrets-of.ts'
import { temporaryFolder } from '../../../helpers/process/temporary-folder.ts'
import { recordOfFixture } from '../../../helpers/records/chat-samples.ts'

const fileWith = async (t: TestContext, text: string) => {
  const file = join(await temporaryFolder(t), 'routes.yaml')
  await writeFile(file, text)
  await chmod(file, 0o600)
  return file
}

const destinations = 'destinations:\n  builds: { type: slack, url: https://example.com/secret-address }\n'

const faults: readonly [name: string, text: string, expected: RegExp][] = [
  [
    'an unknown key',
    `${destinations}routes:\n  - to: builds\n    visibility: [public]\n    brunches: [main]\n`,
    /line 6: routes\.0\.brunches: there is no such key/,
  ],
  ['no visibility', `${destinations}routes:\n  - to: builds\n`, /line 4: routes\.0\.visibility: is required/],
  [
    'an unknown destination',
    `${destinations}routes:\n  - { to: lost, visibility: [public] }\n`,
    /line 4: routes\.0\.to: there is no destination lost/,
  ],
  [
    'an unknown type',
    'destinations:\n  builds: { type: fax, url: https://a.example }\n',
    /line 2: destinations\.builds\.type: there is no such type/,
  ],
  [
    'an unknown event',
    `${destinations}routes:\n  - { to: builds, events: [pish], visibility: [public] }\n`,
    /line 4: routes\.0\.events\.0: there is no event pish/,
  ],
  [
    'a template that cannot be read',
    `${destinations}routes:\n  - { to: builds, template: '{{#if}', visibility: [public] }\n`,
    /line 4: routes\.0\.template: is not a template/,
  ],
  [
    'a template with a helper that does not exist',
    `${destinations}routes:\n  - { to: builds, template: '{{upper title}}', visibility: [public] }\n`,
    /line 4: routes\.0\.template: uses a helper in a way that does not work: there are only if,/,
  ],
  [
    'a partial in a field of a body',
    'destinations:\n' +
      '  sms: { type: json, url: https://a.example, fields: { text: "{{> secret-address}}" } }\n',
    /line 2: destinations\.sms\.fields\.text: uses a partial/,
  ],
  [
    'a name that JavaScript would leave out',
    'destinations:\n  __proto__: { type: slack, url: https://example.com/secret-address }\n',
    /__proto__ is not allowed as a key/,
  ],
  [
    'no address',
    'destinations:\n  builds: { type: slack }\n',
    /line 2: destinations\.builds\.url: is missing/,
  ],
  [
    'two ways of proof',
    'destinations:\n  ci: { type: forward, url: https://a.example }\n',
    /destinations\.ci\.token: give either token or signing_secret/,
  ],
  [
    'a header that the connection sets',
    'destinations:\n  ci: { type: forward, url: https://a.example, token: a, headers: { Host: b } }\n',
    /line 2: destinations\.ci\.headers\.Host: is a header that the connection sets/,
  ],
  [
    'a header of two lines',
    'destinations:\n  ci: { type: json, url: https://a.example, headers: { a: "secret-address\\n" } }\n',
    /line 2: destinations\.ci\.headers\.a: must be one line of ASCII/,
  ],
  [
    'a name that mentions everybody',
    `${destinations}people:\n  ada: { slack: U012AB3CD }\n  bela: { mattermost: Channel }\n`,
    /line 5: people\.bela\.mattermost: must not be a name that mentions everybody/,
  ],
  [
    'an id that is more than the id of one person',
    `${destinations}people:\n  ada: { slack: 'U1> <!channel' }\n`,
    /line 4: people\.ada\.slack: must be the id of one person/,
  ],
  [
    'a number of a person without quotes',
    `${destinations}people:\n  ada: { discord: 123456789012345678 }\n`,
    /line 4: people\.ada\.discord: must be the number of one person, in quotes/,
  ],
  ['what is not YAML', 'destinations: [secret-address', /line 1: is not valid YAML/],
]

for (const [name, text, expected] of faults)
  test(`${name} is an error that names the line and the field, and no secret`, async (t) => {
    const file = await fileWith(t, text)
    assert.throws(
      () => readRoutes(file, ['slack', 'forward']),
      (error: Error) => expected.test(error.message) && !error.message.includes('secret-address'),
    )
  })

test('a person has an id in each kind of chat', async (t) => {
  const ids = {
    ...{ slack: 'U012AB3CD', mattermost: 'ada.l-1', teams: 'ada@example.com' },
    ...{ matrix: '@ada:example.com:8448', discord: '123456789012345678' },
  }
  const file = await fileWith(t, `${destinations}people: ${JSON.stringify({ ada: ids })}\n`)
  assert.deepEqual(readRoutes(file, ['slack']).value.people, { ada: ids })
})

test('the secrets of a Jira contain what its header holds', async (t) => {
  const ops = '  ops: { type: jira, url: https://a.example, user: bot@a.example, token: a-token }\n'
  const { destinations: read } = readRoutes(await fileWith(t, `${destinations}${ops}`), ['jira']).value
  const ofJira = read.get('ops')
  assert.ok(ofJira)
  const header = Buffer.from('bot@a.example:a-token').toString('base64')
  for (const secret of [header, 'a-token']) assert.ok(secretsOf(ofJira).includes(secret), secret)
})

test('a worker reads the secrets of its own kinds of destination only', async (t) => {
  const file = await fileWith(
    t,
    `${destinations}  ci: { type: forward, url: https://a.example, token_file: /missing }\n`,
  )
  assert.deepEqual([...readRoutes(file, ['slack']).value.destinations.keys()], ['builds'])
  assert.throws(() => readRoutes(file, ['forward']), /destinations\.ci\.token_file: \/missing cannot be read/)
})

const route = (settings: object): Route =>
  routeShape.parse({ to: 'a', visibility: ['private', 'internal', 'public'], ...settings })
const takes = (settings: object, sample: string) =>
  whyNot(route(settings), facetsOf(recordOfFixture(sample))) === undefined

test('a route takes what meets all its conditions', () => {
  assert.ok(takes({ events: ['push'], projects: ['nordlicht/*'], branches: ['main'] }, 'push'))
  assert.ok(!takes({ projects: ['other/**'] }, 'push'))
  assert.ok(!takes({ branches: ['release/*'] }, 'push'))
  assert.ok(takes({ groups: ['nordlicht'] }, 'push'))
  assert.ok(takes({ events: ['job'], status: ['failed'] }, 'job_failed'))
  assert.ok(!takes({ events: ['job'], status: ['failed'] }, 'job'))
  assert.ok(takes({ authors: ['isolheim'] }, 'push'))
})

test('confidential events, private projects and events without a project need to be named', () => {
  assert.ok(!takes({}, 'issue_confidential'))
  assert.ok(!takes({ events: ['issue'] }, 'issue_confidential'))
  assert.ok(takes({ events: ['issue'], confidential: true }, 'issue_confidential'))
  const isPublic = facetsOf(recordOfFixture('push')).visibility === 'public'
  assert.equal(takes({ visibility: ['public'] }, 'push'), isPublic)
  assert.ok(!takes({}, 'user_create'))
  assert.ok(takes({ events: ['user_create'] }, 'user_create'))
})

test('a default takes what no other route takes', () => {
  const routes = [route({ to: 'fallback', default: true }), route({ to: 'pushes', events: ['push'] })]
  const to = (sample: string) =>
    matchingRoutes(routes, facetsOf(recordOfFixture(sample))).flatMap((each) => each.to)
  assert.deepEqual(to('push'), ['pushes'])
  assert.deepEqual(to('issue'), ['fallback'])
})

test('the example is valid, and `bridge routes check` warns of routes that take nothing', async (t) => {
  assert.equal(
    checkRoutes('examples/routes.yaml', {})[0],
    'examples/routes.yaml is valid: 4 destinations, 5 routes.',
  )
  const file = await fileWith(
    t,
    `${destinations}routes:\n  - { to: builds, events: [key_create], projects: [a], visibility: [public] }\n`,
  )
  const warnings = checkRoutes(file, {}).join('\n')
  assert.match(warnings, /key_create belongs to no project/)
  assert.match(warnings, /only a system hook of GitLab sends key_create/)
})

test('`bridge routes check` warns of fields that have no effect on a receiver, and only there', async (t) => {
  const ci = '  ci: { type: forward, url: https://a.example, token: a }\n'
  const route = `{ to: [ci, builds], notify: change, mention: [author], visibility: [public] }`
  const file = await fileWith(t, `${destinations}${ci}routes:\n  - ${route}\n`)
  assert.deepEqual(checkRoutes(file, {}).slice(1), [
    'Warning: route 1 to ci: `notify` has no effect, because a receiver gets every hook as it came.',
    'Warning: route 1 to ci: `mention` has no effect, because a receiver gets every hook as it came.',
  ])
})

test('`bridge routes check` warns of what has no effect on a tracker', async (t) => {
  const jira = '  ops: { type: jira, url: https://a.example, token: a }\n'
  const route = `{ to: [ops, builds], events: [job], mention: [author], visibility: [public] }`
  const file = await fileWith(t, `${destinations}${jira}routes:\n  - ${route}\n`)
  assert.deepEqual(checkRoutes(file, {}).slice(1), [
    'Warning: route 1 to ops: `mention` has no effect, because a comment on a task always says the same.',
    'Warning: route 1 to ops: only merge_request leads to comments there.',
  ])
})

test('`bridge routes check` warns of what has no effect on a GitLab', async (t) => {
  const gitlab = '  git: { type: gitlab, url: https://a.example, token: a }\n'
  const route = `{ to: git, notify: every, visibility: [public] }`
  const file = await fileWith(t, `${destinations}${gitlab}routes:\n  - ${route}\n`)
  assert.deepEqual(checkRoutes(file, {}).slice(1), [
    'Warning: no route leads to the destination builds.',
    'Warning: route 1 to git: `notify` has no effect, because a note always says the same.',
  ])
})
