import { isChat, sendTestMessage } from '../../consumers/chat-notifier/send-test.ts'
import type { Destination } from '../../consumers/delivery/routes/destination.ts'
import { destinationTypes } from '../../consumers/delivery/routes/destination.ts'
import { readRoutes } from '../../consumers/delivery/routes/read-routes.ts'
import type { Attempt } from '../../consumers/delivery/send/courier.ts'
import { isReceiver, sendTestHook } from '../../consumers/hook-forwarder/send-test.ts'
import { checkTracker, isTracker } from '../../consumers/issue-commenter/send-test.ts'
import { checkGitlab } from '../../consumers/reviewer-mentions/send-test.ts'
import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import { routesFileOf } from './routes-file.ts'

/**
 * Sends a test to a destination as its worker would. A tracker or a GitLab is only asked about the token.
 *
 * @throws ConfigError; UsageError if there is no such destination
 */
export const testDestination = async (
  name: string,
  env: Environment,
): Promise<{ text: string; isSent: boolean }> => {
  const { destinations } = readRoutes(routesFileOf(undefined, env), destinationTypes).value
  const destination = destinations.get(name)
  if (destination === undefined)
    throw new UsageError(
      `There is no destination ${name}. Use one of: ${[...destinations.keys()].join(', ')}.`,
    )
  const { result, answer } = await sendTest(destination)
  const seen = [answer.status, answer.text].filter((part) => part !== undefined && part !== '').join(' ')
  const isSent = result === 'sent'
  return { text: `${name} ${verdictOf(destination, isSent)}: ${seen}`, isSent }
}

/** Nothing is written to a tracker or a GitLab. */
const verdictOf = (destination: Destination, isSent: boolean): string => {
  if (isChat(destination) || isReceiver(destination))
    return isSent ? 'has taken the test message' : 'did not take the test message'
  return isSent ? 'has passed the check' : 'did not pass the check'
}

const sendTest = (destination: Destination): Promise<Attempt> => {
  if (isChat(destination)) return sendTestMessage(destination)
  if (isReceiver(destination)) return sendTestHook(destination)
  if (isTracker(destination)) return checkTracker(destination)
  return checkGitlab(destination)
}
