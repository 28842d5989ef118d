import type { TestContext } from 'node:test'
import type { OpenMessage } from '../../../consumers/delivery/outbox/open-messages.ts'
import type { InstanceOptions } from '../../../consumers/gitlab-api/open-instance.ts'
import { createMentionCourier } from '../../../consumers/reviewer-mentions/courier.ts'
import {
  type GitlabDestination,
  openGitlabs,
} from '../../../consumers/reviewer-mentions/gitlab/open-gitlabs.ts'
import type { FindReviewers, Mentioning } from '../../../consumers/reviewer-mentions/mention.ts'
import { peopleFor } from '../../../consumers/reviewer-mentions/reviewers/match-entries.ts'
import { readReviewers } from '../../../consumers/reviewer-mentions/reviewers/read-reviewers.ts'
import { metricCatalogue } from '../../../lib/metrics/catalogue.ts'
import { createMetricsFrom } from '../../../lib/metrics/metrics.ts'
import { recordingLogger } from '../process/recording-logger.ts'
import { botToken, seedMergeRequest, seedOf } from '../servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../servers/gitlab-api/start-gitlab-api.ts'

interface Changed {
  limits?: InstanceOptions['limits']
  /** Default: what `examples/reviewers.yaml` says. */
  find?: FindReviewers
}

/** The courier of the worker, and a GitLab with the merge request `nordlicht/signal!73`. */
export const openMentionTest = async (t: TestContext, { limits, find }: Changed = {}) => {
  const double = await startGitlabApi()
  const { mergeRequest, addNote, botNotes } = seedMergeRequest(double)
  const destination = {
    ...{ type: 'gitlab', name: 'gitlab', url: double.url, token: botToken, allHeaders: {} },
    ...{ allow_private: true, timeout_seconds: 15 },
  } as GitlabDestination
  const { logger } = recordingLogger()
  const metrics = createMetricsFrom(metricCatalogue)
  /** As the routes have them now. A test may change them. */
  const destinations = [destination]
  const gitlabs = openGitlabs({ logger, metrics, limits, destinations: () => [...destinations] })
  t.after(async () => {
    await gitlabs.close()
    await double.stop()
  })
  const { entries } = readReviewers('examples/reviewers.yaml').value
  const ofExample: FindReviewers = async (...change) => peopleFor(entries, ...change).people
  const courier = createMentionCourier(gitlabs, find ?? ofExample)
  const place: Mentioning = {
    ...{ project_id: 15, iid: 73, project: 'nordlicht/signal' },
    url: 'https://git.nordlicht.example/nordlicht/signal/-/merge_requests/73',
  }
  const outbound = { send: () => Promise.reject(new Error('not used')), close: async () => undefined }

  const planOf = async (content: unknown = place, changes: Partial<GitlabDestination> = {}) => {
    const to = Object.keys(changes).length === 0 ? destination : { ...destination, ...changes }
    const context = { destination: to, now: 0, digestUpTo: 0, sentBefore: async () => undefined }
    const plan = await courier.plan([{ ...message, content }], context)
    if (plan === undefined) throw new Error('nothing is sent')
    return plan
  }
  /** Sends one message of the outbox, as its sender does. */
  const send = async (
    content: unknown = place,
    changes: Partial<GitlabDestination> = {},
    signal = AbortSignal.timeout(60_000),
  ) => (await planOf(content, changes)).send(outbound, signal)
  const seed = seedOf(double)
  const parts = { destination, destinations, metrics, double, mergeRequest, addNote, place }
  return { ...parts, planOf, send, notes: botNotes, seed }
}

const message: OpenMessage = {
  ...{ id: 7, key: 'a-key', state: 'waiting', attempts: 0, firstAttempt: undefined, deliveryId: 'd' },
  ...{ eventType: 'merge_request', receivedAt: 0, heldUntil: undefined, mergeKey: undefined },
  ...{ content: undefined, body: undefined },
  origin: { topic: 'gitlab.merge_request', topicId: 'id', partition: 0, offset: 0 },
}
