import { z } from 'zod'
import { byteSize, count, list, port } from '../../lib/config.ts'

export const eventFeedVariables = z.object({
  EVENT_FEED_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address on which the feed and its page listen. Any other than loopback needs tokens.'),
  EVENT_FEED_PORT: port()
    .default(8090)
    .describe('Port of the feed and of its page. 0 chooses any free port.'),
  EVENT_FEED_TOKENS_FILE: z
    .string()
    .optional()
    .describe(
      'YAML file of the tokens for the feed, each with projects and visibilities. ' +
        'It is read again when it changes. Unset: everybody on this machine sees what is not confidential.',
    ),
  EVENT_FEED_CORS_ORIGINS: list()
    .default([])
    .describe('Origins of pages that may read the feed, comma separated, or *. It needs tokens.'),
  EVENT_FEED_MAX_CLIENTS: count().default(2000).describe('How many clients the feed has at most.'),
  EVENT_FEED_TOKEN_MAX_CLIENTS: count().default(100).describe('How many clients one token has at most.'),
  EVENT_FEED_CLIENT_BUFFER_BYTES: byteSize()
    .default(4 * 1024 * 1024)
    .describe('A client that lets more wait than this is disconnected. It continues where it was.'),
})

export type EventFeedSettings = z.output<typeof eventFeedVariables>
