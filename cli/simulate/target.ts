import type { Environment } from '../../lib/config.ts'
import { UsageError } from '../../lib/errors.ts'
import type { Endpoints } from '../../local/endpoints.ts'
import { hookTokenOf } from '../hook-target/hook-token.ts'

/** Where the hooks go, and the token that they carry. */
export interface SimulationTarget {
  url: string
  token: string
}

const source = 'simulate'

/**
 * Invented hooks go to the local stack, if its Kafka is embedded, or to where `--target` says.
 *
 * @param target value of `--target`: the URL of an ingress up to `/hooks`
 * @throws UsageError if the hooks could reach a Kafka that somebody uses, or if there is nowhere to send them
 */
export const simulationTarget = (
  target: string | undefined,
  env: Environment,
  stack: Pick<Endpoints, 'hook_url' | 'secret_token' | 'kafka_is_embedded'> | undefined,
): SimulationTarget => {
  const base = target ?? localUrl(stack)
  if (!URL.canParse(base) || !/^https?:$/.test(new URL(base).protocol))
    throw new UsageError(`--target: "${base}" is not a URL that begins with http: or https:.`)
  if (!/\/hooks\/?$/.test(new URL(base).pathname))
    throw new UsageError(`--target: ${base} must end with /hooks.`)
  return { url: `${base.replace(/\/$/, '')}/${source}`, token: hookTokenOf(source, env, stack) }
}

const localUrl = (stack: Pick<Endpoints, 'hook_url' | 'kafka_is_embedded'> | undefined): string => {
  if (stack === undefined)
    throw new UsageError(
      'No local stack is running. Start it with `npm start`, or name an ingress by --target.',
    )
  if (!stack.kafka_is_embedded)
    throw new UsageError(
      'The local stack publishes to a Kafka of your own, which would keep the invented records. ' +
        `If that is what you want, say so: --target ${stack.hook_url}`,
    )
  return stack.hook_url
}
