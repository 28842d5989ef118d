// The profiles of docker-compose.yml on a real engine: none, each alone, and all together.
import assert from 'node:assert/strict'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { commandsBelow } from '../helpers/compose/documented-commands.ts'
import { profilesOf, readCompose, servicesOf } from '../helpers/compose/read-compose.ts'
import { createStackProbe } from '../helpers/compose/stack-probe.ts'
import { startDoubles } from '../helpers/compose/start-doubles.ts'
import { eventually } from '../helpers/process/eventually.ts'
import { fixture } from '../helpers/records/samples.ts'
import { createCompose } from '../helpers/servers/compose.ts'

const limitMs = 120_000
const file = readCompose()
const profiles = profilesOf(file)

const compose = await createCompose(`bridge-profiles-${process.pid}`)
after(() => compose.remove())
const probe = createStackProbe(compose)
const gateway = '{{range .IPAM.Config}}{{.Gateway}}{{end}}'
// Not in a hook `before`: what registers `after` in a hook is closed at the end of the hook.
const doubles = await startDoubles(
  (await compose.docker('network', 'inspect', 'bridge', '--format', gateway)).trim(),
)
await writeFile(join(compose.configFolder, 'routes.yaml'), doubles.routes)
await copyFile('examples/reviewers.yaml', join(compose.configFolder, 'reviewers.yaml'))
await copyFile('deploy/images/ldap/mapping.yml', join(compose.configFolder, 'ldap-mapping.yml'))

/** What runs, and what has ended, in the form `<service> <state> <health> <exit code>`. */
const states = async (): Promise<string[]> => {
  const format = '{{.Service}} {{.State}} {{.Health}} {{.ExitCode}}'
  return (await compose.run('--profile', '*', 'ps', '--all', '--format', format)).trim().split('\n').sort()
}

const expectedOf = (active: readonly string[]): string[] =>
  [...servicesOf(file, active)]
    .map(([name, { restart }]) =>
      restart === 'unless-stopped' ? `${name} running healthy 0` : `${name} exited  0`,
    )
    .sort()

/** Starts these profiles beside the services without a profile, and removes their containers afterwards. */
const comesUp = async (active: readonly string[], look: () => Promise<void> = async () => undefined) => {
  await compose.up(...active)
  assert.deepEqual(await states(), expectedOf(active))
  assert.equal((await probe.post()).outcome, 'published')
  await look()
  const always = servicesOf(file, [])
  const own = [...servicesOf(file, active).keys()].filter((name) => !always.has(name))
  if (own.length > 0) await compose.run('--profile', '*', 'rm', '--stop', '--force', ...own)
}

const demoOfLdap = {
  LDAP_SYNC_URL: 'ldap://ldap-demo:1389',
  LDAP_SYNC_BIND_DN: 'cn=bridge,dc=demo,dc=example',
  LDAP_SYNC_BIND_PASSWORD: 'demo',
  LDAP_SYNC_ALLOW_CLEAR_TEXT: 'true',
  LDAP_SYNC_MODE: 'apply',
}

const withoutSettings = Object.fromEntries(Object.keys(demoOfLdap).map((name) => [name, undefined]))

for (const active of [[], ...profiles.map((profile) => [profile])])
  test(`comes up with ${active[0] ?? 'no profile'}${active.length === 0 ? '' : ' alone'}`, async () => {
    compose.set(demoOfLdap)
    await comesUp(active)
  })

test('all profiles together: every worker does its work', async () => {
  compose.set(demoOfLdap)
  await comesUp(profiles, async () => {
    const push = await probe.post()
    const mergeRequest = JSON.parse(fixture('merge_request').body.toString())
    mergeRequest.object_attributes.description += '\n\nBug: OPS-311'
    await probe.postBody(JSON.stringify(mergeRequest), 'Merge Request Hook')
    await eventually(() => {
      const forwarded = doubles.receiver.taken.some(({ body }) => body.toString() === push.body)
      assert.ok(forwarded, 'the receiver does not have the hook')
    }, limitMs)
    await eventually(() => assert.equal(doubles.jira.commentsOf('OPS-311').length, 1), limitMs)
    await eventually(() => {
      assert.equal(doubles.notes().length, 1)
      assert.match(String(doubles.notes()[0]), /@akovac/)
    }, limitMs)
    await eventually(async () => assert.match(await compose.exec('chat-demo', 'messages'), /pushed/), limitMs)
    assert.deepEqual(doubles.jira.misuses, [])
  })
})

/** Runs the commands of a demo as they are documented, and repeats the last one until it shows the result. */
const follow = async (page: string, heading: string, result: RegExp) => {
  const [start = '', post = ''] = commandsBelow(compose, page, heading)
  await compose.shell(start)
  const at = post.lastIndexOf('docker compose exec')
  await compose.shell(post.slice(0, at))
  await eventually(async () => assert.match(await compose.shell(post.slice(at)), result), limitMs)
}

test('the commands of docs/ldap.md show a member in LDAP', async () => {
  compose.set(withoutSettings)
  await follow('docs/ldap.md', 'See it with Docker', /^member: uid=anna,ou=people,dc=demo,dc=example$/m)
})

test('the commands of docs/chat.md show a message in the chat', async () => {
  await follow('docs/chat.md', 'See it with Docker', /^@bridge:demo: .*pushed/m)
})
