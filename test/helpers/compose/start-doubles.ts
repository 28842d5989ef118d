import { after } from 'node:test'
import { type Receiver, startReceiver } from '../servers/chat/start-receiver.ts'
import { botToken, seedMergeRequest } from '../servers/gitlab-api/seed.ts'
import { startGitlabApi } from '../servers/gitlab-api/start-gitlab-api.ts'
import { jiraUser, startJira } from '../servers/trackers/start-jira.ts'
import type { TrackerDouble } from '../servers/trackers/tracker-double.ts'
import { openRelay } from './open-relay.ts'

/** The servers that the workers of the profiles call, on this machine. */
export interface Doubles {
  /** Takes forwarded hooks. */
  receiver: Receiver
  /** Has the task OPS-311. */
  jira: TrackerDouble
  /** The notes that `reviewer-mentions` has written. */
  notes(): readonly string[]
  /** The routes file that leads to all of them, and to the chat server of the profile `chat-demo`. */
  routes: string
}

/** @param host the address of this machine for containers */
export const startDoubles = async (host: string): Promise<Doubles> => {
  const [receiver, jira, gitlab] = [await startReceiver(), await startJira(), await startGitlabApi()]
  after(() => Promise.all([receiver.close(), jira.close(), gitlab.stop()]))
  jira.addTask('OPS-311')
  const { botNotes } = seedMergeRequest(gitlab)
  const at = { allow_private: true }
  const chat = { type: 'matrix', url: 'http://chat-demo:8008', token: 'demo', room: '!builds:demo', ...at }
  const destinations = {
    receiver: {
      type: 'forward',
      url: await openRelay(host, receiver.url),
      token: 'a-token-of-a-test',
      ...at,
    },
    jira: {
      ...{ type: 'jira', url: await openRelay(host, jira.url), user: jiraUser, token: jira.token },
      ...at,
    },
    gitlab: { type: 'gitlab', url: await openRelay(host, gitlab.url), token: botToken, ...at },
    chat,
  }
  const visibility = ['public', 'internal', 'private']
  const events = ['merge_request']
  const routes = [
    { to: ['receiver', 'chat'], events: ['push'], visibility },
    { to: ['jira', 'gitlab'], events, visibility },
  ]
  // JSON is YAML as well.
  return { receiver, jira, notes: botNotes, routes: JSON.stringify({ destinations, routes }) }
}
