import { createHmac } from 'node:crypto'

/**
 * The sources of events that did not happen: `sample` of `bridge send`, and `simulate` of simulations.
 * No configured sender can have these names.
 */
export const inventedSources = ['sample', 'simulate'] as const
export type InventedSource = (typeof inventedSources)[number]

export const isInvented = (source: string): source is InventedSource =>
  (inventedSources as readonly string[]).includes(source)

/**
 * The secret token of a hook of an invented source. Only who knows a credential of a configured sender can
 * make it. It differs from that credential, so a hook in GitLab whose URL ends with the name of an invented
 * source is refused.
 *
 * @param credential a secret token, or the key of a signing token
 */
export const inventedToken = (credential: string | Buffer, source: InventedSource): string =>
  createHmac('sha256', credential).update(`gitlab-kafka-bridge ${source}`).digest('hex')
