import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'
import { type Consumer, defineConsumer } from '../../../consumers/consumer.ts'
import { apiPath } from '../../../consumers/gitlab-api/api-path.ts'
import { gitlabFailureOf } from '../../../consumers/gitlab-api/failure.ts'
import { eventually } from '../../helpers/process/eventually.ts'
import { replaceFile } from '../../helpers/process/replace-file.ts'
import { temporaryFolder } from '../../helpers/process/temporary-folder.ts'
import { startWorkerInProcess } from '../../helpers/process/worker-in-process.ts'
import { publishPushes } from '../../helpers/records/publish-pushes.ts'
import { messagesOn } from '../../helpers/records/records.ts'
import { badGateway } from '../../helpers/servers/gitlab-api/faults.ts'
import { botToken, seedBot } from '../../helpers/servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../helpers/servers/gitlab-api/start-gitlab-api.ts'
import { openWorkerStack } from '../../helpers/servers/worker-stack.ts'

const handled: string[] = []

/** Looks up the project of each push. The pushes of a test name another GitLab than the double. */
const lookingUp = defineConsumer({
  name: 'looking-up',
  summary: 'Made for a test.',
  events: ['push'],
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  personalData: 'none',
  metricsPort: 0,
  variables: z.object({}),
  gitlabApi: { scope: 'read_api', role: 'Reporter', without: 'It does nothing.' },
  dryRun: () => [],
  create: async (_settings, _logger, { gitlab }) => ({
    handle: async ({ delivery, project_id }, { signal }) => {
      assert.equal(gitlab.of('https://another.example'), undefined)
      const api = gitlab.of(null)
      if (api === undefined) return 'skipped'
      const read = z.object({ id: z.number() })
      await api.call({ path: apiPath`/projects/${project_id}`, read, signal }).catch((error: unknown) => {
        if (gitlabFailureOf(error)?.kind !== 'not_found') throw error
      })
      handled.push(delivery.id)
      return 'processed'
    },
    close: async () => undefined,
  }),
})

const stack = await openWorkerStack('gitlab-api', [lookingUp as unknown as Consumer])

test('a refused token and an outage pause a worker without a dead letter', async (t) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  seedBot(gitlab)
  const token = join(await temporaryFolder(t), 'token')
  await replaceFile(token, 'glpat-of-last-year')
  const worker = await startWorkerInProcess(stack, lookingUp as unknown as Consumer, {
    GITLAB_API_URL: gitlab.url,
    LOOKING_UP_GITLAB_API_TOKEN_FILE: token,
    CONSUMER_TIMEOUT_SECONDS: '30',
    CONSUMER_STALL_SECONDS: '60',
  })
  t.after(() => worker.stop())
  const ids = await publishPushes(stack, 10, { projects: 1 })
  await eventually(async () => assert.match(await worker.ready(), /^503 paused: GET .* was answered 401/))
  const state = (name: string) =>
    worker.metric(`gitlab_api_token_state{gitlab="${gitlab.url}",state="${name}"}`)
  assert.equal(await state('refused'), 1)

  gitlab.fail(badGateway, { times: 5 })
  await replaceFile(token, botToken)
  await eventually(() => assert.deepEqual(handled, ids))
  await eventually(async () => assert.equal(await state('accepted'), 1))
  assert.deepEqual(await messagesOn(stack, stack.names.deadLetterTopic('looking-up')), [])
  assert.deepEqual(gitlab.misuses, [])
  assert.doesNotMatch(JSON.stringify(worker.lines), /glpat-/)
})

test('a worker without a token has no API, and works without it', async (t) => {
  const worker = await startWorkerInProcess(stack, lookingUp as unknown as Consumer)
  t.after(() => worker.stop())
  await publishPushes(stack, 1, { projects: 1, prefix: 'without' })
  const series = 'consumer_handled_total{event="push",outcome="skipped"}'
  await eventually(async () => assert.equal(await worker.metric(series), 1))
})
