import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { setOffsets } from '../../../../cli/offsets/set-offsets.ts'
import type { Consumer } from '../../../../consumers/consumer.ts'
import { projectDirectory } from '../../../../consumers/project-directory/project-directory.ts'
import type { Environment } from '../../../../lib/config.ts'
import { eventually } from '../../process/eventually.ts'
import { freePort } from '../../process/free-ports.ts'
import { startWorkerInProcess } from '../../process/worker-in-process.ts'
import { publishPushes } from '../../records/publish-pushes.ts'
import { gitlabApiEnv, sampleInstance } from '../../servers/gitlab-api/api-env.ts'
import { seedBot, seedOf } from '../../servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../../servers/gitlab-api/start-gitlab-api.ts'
import { level } from '../../servers/gitlab-api/state.ts'
import { queryOnce } from '../../servers/query-once.ts'
import { startSwitchedRelay } from '../../servers/switched-relay.ts'
import type { DestinationStack } from '../destination-stack.ts'
import type { Broken, PageCase } from '../page-case.ts'
import { watchWorker } from '../watched-worker.ts'

const minuteMs = 60_000

/** Starts the worker, whose API listens on this port. */
const startDirectory = async ({ env }: DestinationStack, t: TestContext, more: Environment = {}) => {
  const settings = { ...env, PROJECT_DIRECTORY_PORT: '0', ...more }
  const running = await startWorkerInProcess({ env: {} }, projectDirectory as unknown as Consumer, settings)
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= running.stop())
  t.after(stop)
  return { ...running, stop }
}

const startGitlab = async (stack: DestinationStack, t: TestContext) => {
  const gitlab = await startGitlabApi()
  t.after(() => gitlab.stop())
  seedBot(gitlab)
  return { gitlab, env: await gitlabApiEnv(await stack.stack.temporaryFolder(), gitlab.url) }
}

/** A worker whose token GitLab refuses. It compares at its start: the next process has the right token. */
const withRefusedToken = async (stack: DestinationStack, t: TestContext): Promise<Broken> => {
  const { gitlab, env } = await startGitlab(stack, t)
  const token = gitlab.state.tokens[0] ?? assert.fail('there is no token')
  token.revoked = true
  let running = await startDirectory(stack, t, env)
  const repair = async () => {
    token.revoked = false
    await running.stop()
    running = await startDirectory(stack, t, env)
  }
  return { env: { ...stack.env, ...env }, process: () => watchWorker(running), repair }
}

const state = (name: string, value: number) => ({
  shows: new RegExp(`^gitlab_bridge_gitlab_api_token_state\\{[^}]*state="${name}"[^}]*\\} ${value}$`, 'm'),
})

/** Pages about the directory of projects, and GitLab's API. */
export const directoryCases: readonly PageCase<DestinationStack>[] = [
  {
    page: 'directory-reconcile-fails',
    broken: 'GitLab refuses the token',
    breaks: withRefusedToken,
    Look: {
      log: { shows: /the directory could not be compared with GitLab, this is tried again/ },
      '/metrics': { shows: /^gitlab_bridge_directory_reconcile_failing(?:\{[^}]*\})? 1$/m },
    },
    Verify: {
      log: { shows: /the directory was compared with GitLab/ },
      '/metrics': { shows: /^gitlab_bridge_directory_reconcile_failing(?:\{[^}]*\})? 0$/m },
    },
  },
  {
    page: 'gitlab-refuses-the-token',
    broken: 'the token of the worker was revoked',
    breaks: withRefusedToken,
    Look: {
      log: { shows: /GitLab's API refuses the token.*"setting":/ },
      '/metrics': state('refused', 1),
    },
    Verify: { '/metrics': state('accepted', 1) },
  },
  {
    page: 'directory-requests-fail',
    broken: 'the database refuses connections',
    breaks: async (stack, t) => {
      const relay = await startSwitchedRelay(String(stack.env.DATABASE_URL))
      const port = String(await freePort())
      const settings = { PROJECT_DIRECTORY_DATABASE_URL: relay.url, PROJECT_DIRECTORY_PORT: port }
      const running = await startDirectory(stack, t, settings)
      t.after(relay.close)
      await relay.refuse()
      const answer = await fetch(`http://127.0.0.1:${port}/projects?limit=1`)
      assert.equal(answer.status, 503)
      const { metricsUrl } = watchWorker(running)
      const values = { port, metrics: metricsUrl }
      return { env: stack.env, values, process: () => watchWorker(running), repair: relay.accept }
    },
    Look: {
      log: { shows: /the database does not answer a request/ },
      'bridge status': { as: 'bridge status --metrics <metrics>', shows: /project-directory/ },
    },
    Verify: {
      "curl 'http://127.0.0.1:8091/projects?limit=1'": {
        as: "curl --silent --show-error --fail 'http://127.0.0.1:<port>/projects?limit=1'",
        shows: /"items"/,
      },
    },
  },
  {
    page: 'directory-guesses-more',
    broken: 'hooks of pushes are missing',
    breaks: async (stack, t) => {
      await eventually(() => setOffsets('project-directory', { to: 'end' }, stack.env))
      const { gitlab, env } = await startGitlab(stack, t)
      // No other case has this project: a comparison would have told of its branch before.
      const seed = seedOf(gitlab)
      seed.project({ id: 15, group_id: 3, path: 'signal' })
      seed.member({ source: 'projects', source_id: 15, user_id: 7, access_level: level.reporter })
      seed.ref({ project_id: 15, kind: 'branches', name: 'main', sha: '6'.repeat(40) })
      let running = await startDirectory(stack, t)
      // Each begins with another commit, as if those between them were lost. A comparison leaves younger
      // pushes alone.
      const receivedAt = () => Date.now() - 2 * minuteMs
      const pushes = { prefix: 'guessed', projects: 15, instance: sampleInstance, receivedAt }
      for (const from of [14, 44, 74]) await publishPushes(stack.stack, 1, { ...pushes, from })
      await eventually(async () => {
        const guesses = 'select 1 from project_directory.refs where is_ambiguous and project_id = 15'
        assert.notDeepEqual(await queryOnce(String(stack.env.DATABASE_URL), guesses), [])
      })
      const repair = async () => {
        await running.stop()
        running = await startDirectory(stack, t, env)
      }
      return { env: stack.env, process: () => watchWorker(running), repair }
    },
    Look: {
      'bridge status --accounting': { leftOut: 'no hooks were lost: see records-are-unaccounted' },
      'select project_id, ref from project_directory.refs where is_ambiguous and sha is not null limit 20': {
        shows: /"project_id":"15","ref":"refs\/heads\/main"/,
      },
      'psql "$DATABASE_URL"': { leftOut: 'its statement runs without it, because it may not be installed' },
    },
    Verify: {
      'select project_id, ref from project_directory.refs where is_ambiguous and sha is not null limit 20': {
        // The pushes of other cases begin with other commits, too, and are of no GitLab that is compared.
        shows: /^(?!.*"project_id":"15")/s,
      },
    },
  },
]
