import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { classify } from '../../../ingress/record/classify.ts'
import { normalise } from '../../../ingress/record/normalise.ts'
import { isQuarantine } from '../../../schemas/catalogue.ts'

type Body = Record<string, unknown>
type Edit = (body: Body) => void

const fixtures = new URL('../../fixtures/', import.meta.url)
const sample = (name: string): Body =>
  JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), 'utf8')) as Body

let deliveries = 0

/** The fact that a hook reports, after the stages of the ingress. Every call is a delivery of its own. */
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
  assert.ok(!isQuarantine(event), event)
  const { fact_id, fact_basis } = record.delivery
  return { id: fact_id, basis: fact_basis }
}

const edited = (name: string, edit: Edit = () => {}): Body => {
  const body = sample(name)
  edit(body)
  return body
}

const attributes =
  (changes: Body): Edit =>
  (body) =>
    void Object.assign(body.object_attributes as Body, changes)
const top =
  (changes: Body): Edit =>
  (body) =>
    void Object.assign(body, changes)

/** Hooks that report the same fact: the basis of the fact, and the names of two samples. */
const sameFacts: readonly [basis: 'exact' | 'content', one: string, two: string][] = [
  ['content', 'push', 'push_system'],
  ['content', 'tag_push', 'tag_push_system'],
  ['exact', 'merge_request', 'merge_request_system'],
  ['exact', 'issue', 'issue'],
  ['exact', 'work_item', 'work_item'],
  ['exact', 'note', 'note'],
  ['exact', 'emoji', 'emoji'],
  ['exact', 'milestone', 'milestone'],
  ['exact', 'wiki_page', 'wiki_page'],
  ['content', 'release', 'release'],
  ['exact', 'pipeline', 'pipeline'],
  ['exact', 'job', 'job'],
  ['exact', 'deployment', 'deployment'],
  ['content', 'feature_flag', 'feature_flag'],
  ['exact', 'user_add_to_group', 'user_add_to_group_system'],
  ['exact', 'user_add_to_team', 'user_add_to_team'],
  ['exact', 'user_access_request_denied_for_group', 'user_access_request_revoked_for_group'],
  ['exact', 'project_create', 'project_create_system'],
  ['exact', 'project_destroy', 'project_destroy_system'],
  ['exact', 'project_rename', 'project_rename'],
  ['exact', 'user_create', 'user_create'],
  ['exact', 'user_rename', 'user_rename'],
  ['exact', 'key_create', 'key_create'],
  ['exact', 'access_token', 'access_token'],
  ['exact', 'deploy_token', 'deploy_token'],
  ['exact', 'vulnerability', 'vulnerability'],
  ['exact', 'duo_workflow', 'duo_workflow'],
  ['exact', 'gitlab_subscription_member_approval', 'gitlab_subscription_member_approval'],
  ['exact', 'gitlab_subscription_member_approvals', 'gitlab_subscription_member_approvals'],
]

for (const [basis, one, two] of sameFacts)
  test(`two deliveries (${one}, ${two}) of one fact have the same fact id`, () => {
    const fact = factOf(sample(one))
    assert.equal(fact.basis, basis)
    assert.deepEqual(factOf(sample(two)), fact)
    const elsewhere = factOf(sample(one), 'https://another.example')
    assert.notEqual(elsewhere.id, fact.id, 'another GitLab instance has facts of its own')
  })

/** Changes after which a sample reports another fact. */
const otherFacts: readonly [name: string, edit: Edit][] = [
  ['push', top({ after: 'f'.repeat(40) })],
  ['push', top({ ref: 'refs/heads/x' })],
  ['tag_push', top({ ref: 'refs/tags/x' })],
  ['merge_request', attributes({ actioned_at: '2026-10-06T08:00:00.001Z' })],
  ['merge_request', attributes({ action: 'update' })],
  ['issue', attributes({ updated_at: '2030-01-01T00:00:00.001Z' })],
  ['issue', top({ changes: { weight: { previous: null, current: 1 } } })],
  ['work_item', attributes({ action: 'reopen' })],
  ['note', attributes({ note: 'another text' })],
  ['emoji', attributes({ action: 'revoke' })],
  ['milestone', top({ action: 'close' })],
  ['wiki_page', attributes({ version_id: 'e'.repeat(40) })],
  ['release', top({ description: 'edited' })],
  ['pipeline', attributes({ status: 'canceled' })],
  ['job', top({ build_started_at: '2030-01-01 00:00:00 UTC', build_started_at_iso: null })],
  ['job', top({ build_status: 'canceled' })],
  ['deployment', top({ status: 'canceled' })],
  ['deployment', top({ deployment_id: 1 })],
  ['feature_flag', attributes({ active: false })],
  ['user_add_to_group', top({ group_access: 'Owner' })],
  ['user_add_to_group', top({ user_id: 1 })],
  ['user_add_to_team', top({ project_id: 1 })],
  ['user_access_request_denied_for_group', top({ event_name: 'user_access_request_to_group' })],
  ['project_create', top({ project_id: 1 })],
  ['project_rename', top({ old_path_with_namespace: 'x/y' })],
  ['project_update', top({ project_visibility: 'public' })],
  ['user_rename', top({ username: 'other' })],
  ['key_create', top({ event_name: 'key_destroy' })],
  ['access_token', top({ interval: 'sixty_days' })],
  ['deploy_token', attributes({ expires_at: '2031-01-01T00:00:00Z' })],
  ['vulnerability', attributes({ state: 'resolved' })],
  ['duo_workflow', top({ event_id: 'another' })],
  ['gitlab_subscription_member_approval', top({ user_id: 1 })],
  ['gitlab_subscription_member_approvals', top({ action: 'deny' })],
]

for (const [index, [name, edit]] of otherFacts.entries())
  test(`${name}, with change ${index}, is another fact with another fact id`, () => {
    assert.notEqual(factOf(edited(name, edit)).id, factOf(sample(name)).id)
  })

test('the creation of a group is one fact, whether the hook calls it a group or a subgroup', () => {
  const body = { ...sample('subgroup_create'), group_id: 7 }
  assert.equal(factOf(body).id, factOf({ ...sample('group_create'), group_id: 7 }).id)
})

test('owner, e-mail, avatar, expiry and plan do not change a fact', () => {
  const fact = factOf(sample('user_add_to_group')).id
  assert.equal(
    factOf(
      edited(
        'user_add_to_group',
        top({ expires_at: null, group_plan: 'ultimate', user_email: 'x@example.com' }),
      ),
    ).id,
    fact,
  )
  assert.equal(
    factOf(edited('project_create', top({ owners: [], owner_name: 'x' }))).id,
    factOf(sample('project_create')).id,
  )
})

test('one time in two formats is one fact', () => {
  const withTime = (updated_at: string) => factOf(edited('issue', attributes({ updated_at }))).id
  assert.equal(withTime('2026-05-29T04:40:14.000Z'), withTime('2026-05-29 04:40:14 UTC'))
  assert.equal(withTime('2026-05-29T04:40:14.000Z'), withTime('2026-05-29T06:40:14+02:00'))
})

test('two changes of one issue within a second are two facts', () => {
  const withChange = (current: number) =>
    edited('issue_update', top({ changes: { weight: { previous: null, current } } }))
  assert.notEqual(factOf(withChange(1)).id, factOf(withChange(2)).id)
})

test('a ref that moves from A to B, back and to B again has the basis content', () => {
  const [a, b] = ['a'.repeat(40), 'b'.repeat(40)]
  const move = (before: string, after: string) => factOf(edited('push', top({ before, after })))
  assert.deepEqual(move(a, b), move(a, b))
  assert.notEqual(move(a, b).id, move(b, a).id)
  assert.equal(move(a, b).basis, 'content')
})

test('a repository update with a single change is the same fact as the push that made it', () => {
  const { ref, before, after, project_id } = sample('push')
  const update = edited('repository_update', top({ project_id, changes: [{ ref, before, after }] }))
  assert.deepEqual(factOf(update), factOf(sample('push')))
})

test('two failed log-ins that look the same are two facts, which only the delivery distinguishes', () => {
  const [one, two] = [factOf(sample('user_failed_login')), factOf(sample('user_failed_login'))]
  assert.equal(one.basis, 'delivery')
  assert.notEqual(one.id, two.id)
})

test('two changes without the time that would distinguish them are two facts', () => {
  const untimed = () => factOf(edited('issue', attributes({ updated_at: null })))
  assert.equal(untimed().basis, 'delivery')
  assert.notEqual(untimed().id, untimed().id)
})

test('a merge request without actioned_at uses updated_at, and its basis is content', () => {
  const fact = factOf(edited('merge_request', attributes({ actioned_at: null })))
  assert.equal(fact.basis, 'content')
})

test('the content identifies a change of a wiki page without a version', () => {
  const page = (content: string) => factOf(edited('wiki_page', attributes({ version_id: null, content })))
  assert.equal(page('a').basis, 'content')
  assert.equal(page('a').id, page('a').id)
  assert.notEqual(page('a').id, page('b').id)
})

test('the same state in another run of a pipeline is another fact', () => {
  const rerun = edited('pipeline', (body) => {
    for (const build of body.builds as Body[]) build.id = Number(build.id) + 1000
  })
  assert.notEqual(factOf(rerun).id, factOf(sample('pipeline')).id)
})
