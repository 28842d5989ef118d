import type { Destination, DestinationType } from '../delivery/routes/destination.ts'

/** The kinds of destination that this worker sends to. A kind is a line here, and a file in targets/. */
export const chatTypes = [
  'slack',
  'mattermost',
  'teams',
  'matrix',
  'discord',
  'json',
] as const satisfies readonly DestinationType[]

export type ChatType = (typeof chatTypes)[number]
export type ChatDestination = Destination<ChatType>

interface Budget {
  /** How much one message may have, in the unit that the service counts. */
  most: number
  unit: 'characters' | 'bytes'
  /** How many messages a minute, unless the destination says otherwise. */
  perMinute: number
}

/**
 * What each service accepts. Slack: one message a second; a message fails near 13,200 characters although
 * the text may have 40,000 (slackapi/bolt-js#2509). Teams: 28 KB after the service has expanded the card;
 * 24,453 bytes failed (msteams-docs#11274). Matrix: an event has at most 65,536 bytes with what the server
 * adds. Mattermost: 16,383 characters. Discord: 2,000 characters, 30 messages a minute for a webhook.
 */
export const budgets: Readonly<Record<ChatType, Budget>> = {
  slack: { most: 13_000, unit: 'characters', perMinute: 60 },
  mattermost: { most: 16_383, unit: 'characters', perMinute: 60 },
  teams: { most: 18_000, unit: 'bytes', perMinute: 60 },
  matrix: { most: 60_000, unit: 'bytes', perMinute: 60 },
  discord: { most: 2000, unit: 'characters', perMinute: 30 },
  json: { most: 100_000, unit: 'bytes', perMinute: 600 },
}

/** Further limits of Slack: characters of a section, and blocks of a message. */
export const slackSection = 3000
export const slackBlocks = 50
