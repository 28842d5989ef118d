// biome-ignore-all format: families are rows of a table
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { classify } from '../../../ingress/record/classify.ts'
import { normalise } from '../../../ingress/record/normalise.ts'

type Body = Record<string, unknown>
type Edit = (body: Body) => void

const sample = (name: string): Body => JSON.parse(readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url), 'utf8')) as Body

let deliveries = 0

/** The fact a hook tells, as it comes out of the stages; every hook is a delivery of its own. */
const factOf = (body: Body, instance = 'https://git.example') => {
  deliveries += 1
  const hook = {
    id: `delivery-${deliveries}`,
    source: 'default',
    receivedAt: Date.UTC(2026, 4, 1) + deliveries,
    headers: { 'x-gitlab-instance': instance },
    body: Buffer.from(JSON.stringify(body)),
  }
  const { record, event } = normalise(hook, classify(hook))
  assert.notEqual(event, 'quarantine')
  const { fact_id, fact_basis } = record.delivery
  return { id: fact_id, basis: fact_basis }
}

const edited = (name: string, edit: Edit = () => {}): Body => {
  const body = sample(name)
  edit(body)
  return body
}

const attributes = (changes: Body): Edit => (body) => void Object.assign(body.object_attributes as Body, changes)
const top = (changes: Body): Edit => (body) => void Object.assign(body, changes)

/** Each family: how one fact comes by several hooks, and what is another fact although much is the same. */
const families: Record<string, { basis: 'exact' | 'content'; same: [string, string][]; other: [string, Edit][] }> = {
  push: { basis: 'content', same: [['push', 'push_system']], other: [['push', top({ after: 'f'.repeat(40) })], ['push', top({ ref: 'refs/heads/x' })]] },
  tag_push: { basis: 'content', same: [['tag_push', 'tag_push_system']], other: [['tag_push', top({ ref: 'refs/tags/x' })]] },
  merge_request: {
    basis: 'exact',
    same: [['merge_request', 'merge_request_system']],
    other: [['merge_request', attributes({ actioned_at: '2026-10-06T08:00:00.001Z' })], ['merge_request', attributes({ action: 'update' })]],
  },
  issue: { basis: 'exact', same: [['issue', 'issue']], other: [['issue', attributes({ updated_at: '2030-01-01T00:00:00.001Z' })], ['issue', top({ changes: { weight: { previous: null, current: 1 } } })]] },
  work_item: { basis: 'exact', same: [['work_item', 'work_item']], other: [['work_item', attributes({ action: 'reopen' })]] },
  note: { basis: 'exact', same: [['note', 'note']], other: [['note', attributes({ note: 'another text' })]] },
  emoji: { basis: 'exact', same: [['emoji', 'emoji']], other: [['emoji', attributes({ action: 'revoke' })]] },
  milestone: { basis: 'exact', same: [['milestone', 'milestone']], other: [['milestone', top({ action: 'close' })]] },
  wiki_page: { basis: 'exact', same: [['wiki_page', 'wiki_page']], other: [['wiki_page', attributes({ version_id: 'e'.repeat(40) })]] },
  release: { basis: 'content', same: [['release', 'release']], other: [['release', top({ description: 'edited' })]] },
  pipeline: { basis: 'exact', same: [['pipeline', 'pipeline']], other: [['pipeline', attributes({ status: 'canceled' })]] },
  job: { basis: 'exact', same: [['job', 'job']], other: [['job', top({ build_started_at: '2030-01-01 00:00:00 UTC', build_started_at_iso: null })], ['job', top({ build_status: 'canceled' })]] },
  deployment: { basis: 'exact', same: [['deployment', 'deployment']], other: [['deployment', top({ status: 'canceled' })], ['deployment', top({ deployment_id: 1 })]] },
  feature_flag: { basis: 'content', same: [['feature_flag', 'feature_flag']], other: [['feature_flag', attributes({ active: false })]] },
  'member of a group': { basis: 'exact', same: [['user_add_to_group', 'user_add_to_group_system']], other: [['user_add_to_group', top({ group_access: 'Owner' })], ['user_add_to_group', top({ user_id: 1 })]] },
  'member of a project': { basis: 'exact', same: [['user_add_to_team', 'user_add_to_team']], other: [['user_add_to_team', top({ project_id: 1 })]] },
  'end of an access request': {
    basis: 'exact',
    same: [['user_access_request_denied_for_group', 'user_access_request_revoked_for_group']],
    other: [['user_access_request_denied_for_group', top({ event_name: 'user_access_request_to_group' })]],
  },
  'life of a project': { basis: 'exact', same: [['project_create', 'project_create_system'], ['project_destroy', 'project_destroy_system']], other: [['project_create', top({ project_id: 1 })]] },
  'change of a project': { basis: 'exact', same: [['project_rename', 'project_rename']], other: [['project_rename', top({ old_path_with_namespace: 'x/y' })], ['project_update', top({ project_visibility: 'public' })]] },
  user: { basis: 'exact', same: [['user_create', 'user_create'], ['user_rename', 'user_rename']], other: [['user_rename', top({ username: 'other' })]] },
  key: { basis: 'exact', same: [['key_create', 'key_create']], other: [['key_create', top({ event_name: 'key_destroy' })]] },
  access_token: { basis: 'exact', same: [['access_token', 'access_token']], other: [['access_token', top({ interval: 'sixty_days' })]] },
  deploy_token: { basis: 'exact', same: [['deploy_token', 'deploy_token']], other: [['deploy_token', attributes({ expires_at: '2031-01-01T00:00:00Z' })]] },
  vulnerability: { basis: 'exact', same: [['vulnerability', 'vulnerability']], other: [['vulnerability', attributes({ state: 'resolved' })]] },
  duo_workflow: { basis: 'exact', same: [['duo_workflow', 'duo_workflow']], other: [['duo_workflow', top({ event_id: 'another' })]] },
  'member approval': { basis: 'exact', same: [['gitlab_subscription_member_approval', 'gitlab_subscription_member_approval']], other: [['gitlab_subscription_member_approval', top({ user_id: 1 })]] },
  'member approvals': { basis: 'exact', same: [['gitlab_subscription_member_approvals', 'gitlab_subscription_member_approvals']], other: [['gitlab_subscription_member_approvals', top({ action: 'deny' })]] },
}

for (const [family, { basis, same, other }] of Object.entries(families)) {
  test(`${family}: one fact by several hooks has one id, another fact has another`, () => {
    for (const [one, two] of same) {
      const fact = factOf(sample(one))
      assert.equal(fact.basis, basis)
      assert.deepEqual(factOf(sample(two)), fact)
      assert.notEqual(factOf(sample(one), 'https://another.example').id, fact.id, 'another GitLab has facts of its own')
    }
    for (const [name, edit] of other) assert.notEqual(factOf(edited(name, edit)).id, factOf(sample(name)).id, name)
  })
}

test('a group is created once, whether the hook calls it group or subgroup', () => {
  const body = { ...sample('subgroup_create'), group_id: 7 }
  assert.equal(factOf(body).id, factOf({ ...sample('group_create'), group_id: 7 }).id)
})

test('owner, e-mail, avatar, expiry and plan take no part', () => {
  const fact = factOf(sample('user_add_to_group')).id
  assert.equal(factOf(edited('user_add_to_group', top({ expires_at: null, group_plan: 'ultimate', user_email: 'x@example.com' }))).id, fact)
  assert.equal(factOf(edited('project_create', top({ owners: [], owner_name: 'x' }))).id, factOf(sample('project_create')).id)
})

test('one time in two formats is one time', () => {
  const withTime = (updated_at: string) => factOf(edited('issue', attributes({ updated_at }))).id
  assert.equal(withTime('2026-05-29T04:40:14.000Z'), withTime('2026-05-29 04:40:14 UTC'))
  assert.equal(withTime('2026-05-29T04:40:14.000Z'), withTime('2026-05-29T06:40:14+02:00'))
})

test('two changes of one issue within a second are two facts', () => {
  const withChange = (current: number) => edited('issue_update', top({ changes: { weight: { previous: null, current } } }))
  assert.notEqual(factOf(withChange(1)).id, factOf(withChange(2)).id)
})

test('a ref that goes from A to B, back and again to B is told to recur: its basis is content', () => {
  const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
  const move = (before: string, after: string) => factOf(edited('push', top({ before, after })))
  assert.deepEqual(move(a, b), move(a, b))
  assert.notEqual(move(a, b).id, move(b, a).id)
  assert.equal(move(a, b).basis, 'content')
})

test('the single change of a repository update is the push that made it', () => {
  const { ref, before, after, project_id } = sample('push')
  const update = edited('repository_update', top({ project_id, changes: [{ ref, before, after }] }))
  assert.deepEqual(factOf(update), factOf(sample('push')))
})

test('two failed log-ins that look the same are two facts: only the delivery tells them apart', () => {
  const [one, two] = [factOf(sample('user_failed_login')), factOf(sample('user_failed_login'))]
  assert.equal(one.basis, 'delivery')
  assert.notEqual(one.id, two.id)
})

test('where the time is missing that would tell two changes apart, they are split rather than merged', () => {
  const untimed = () => factOf(edited('issue', attributes({ updated_at: null })))
  assert.equal(untimed().basis, 'delivery')
  assert.notEqual(untimed().id, untimed().id)
})

test('a merge request without actioned_at falls back on updated_at, and says that it is less sure', () => {
  const fact = factOf(edited('merge_request', attributes({ actioned_at: null })))
  assert.equal(fact.basis, 'content')
})

test('a wiki page without a version is told apart by its content', () => {
  const page = (content: string) => factOf(edited('wiki_page', attributes({ version_id: null, content })))
  assert.equal(page('a').basis, 'content')
  assert.equal(page('a').id, page('a').id)
  assert.notEqual(page('a').id, page('b').id)
})

test('a rerun of a pipeline passes through the same state as another fact', () => {
  const rerun = edited('pipeline', (body) => {
    for (const build of body.builds as Body[]) build.id = Number(build.id) + 1000
  })
  assert.notEqual(factOf(rerun).id, factOf(sample('pipeline')).id)
})
