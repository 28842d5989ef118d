import { z } from 'zod'
import { messageOf, RetriableError } from '../../../lib/errors.ts'
import { headerOf } from '../../../lib/http/header-of.ts'
import { parseRetryAfter } from '../../../lib/http/retry-after.ts'
import { jsonIn } from '../../delivery/http/json-in.ts'
import type { Outbound, OutboundAnswer } from '../../delivery/http/outbound.ts'

export interface WikiPlace {
  /** URL of `api.php`. */
  url: string
  /** Title of the page. */
  page: string
}

// https://www.mediawiki.org/wiki/API:Parsing_wikitext. An error comes with the status 200, too.
const answerShape = z.union([
  z.object({ parse: z.object({ wikitext: z.string() }) }),
  z.object({ error: z.object({ code: z.string(), info: z.string() }) }),
])

/** A page of MediaWiki has at most 2 MiB, which JSON can make six times as long. */
const maxAnswerBytes = 12 * 1024 * 1024

/** Reads the wikitext of a page. @throws RetriableError whatever goes wrong: people can correct all of it */
export const readWikiPage = async (
  { url, page }: WikiPlace,
  outbound: Outbound,
  signal: AbortSignal,
): Promise<string> => {
  const target = new URL(url)
  const query = {
    action: 'parse',
    page,
    prop: 'wikitext',
    redirects: '1',
    format: 'json',
    formatversion: '2',
  }
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value)
  const headers = { accept: 'application/json', 'user-agent': 'gitlab-kafka-bridge' }
  const request = {
    method: 'GET' as const,
    url: target.href,
    headers,
    body: undefined,
    signal,
    maxAnswerBytes,
  }
  const answer = await outbound.send(request).catch((cause: unknown) => {
    throw new RetriableError(`the wiki does not answer: ${messageOf(cause)}`, { cause })
  })
  if (answer.status !== 200) throw refusal(answer)
  const { data } = answerShape.safeParse(jsonIn(answer.text))
  if (data === undefined)
    throw new RetriableError('the answer of the wiki is not one of the API of MediaWiki')
  if ('error' in data)
    throw new RetriableError(
      `the wiki refuses the page: ${data.error.code}: ${data.error.info.slice(0, 200)}`,
    )
  return data.parse.wikitext
}

const refusal = ({ status, headers }: OutboundAnswer): RetriableError => {
  const retryAfterMs = parseRetryAfter(headerOf(headers, 'retry-after'), Date.now())
  return new RetriableError(`the wiki answers ${status}`, retryAfterMs === undefined ? {} : { retryAfterMs })
}
