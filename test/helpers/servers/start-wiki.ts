import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A strict double of the part of MediaWiki's API that reads a page. */
export interface WikiDouble {
  /** URL of `api.php`. */
  readonly url: string
  /** Title → wikitext. */
  readonly pages: Map<string, string>
  /** How often a page was asked for. */
  readonly requests: number
  /** Answers the next requests in this way; undefined: as usual. */
  behave(fault: { status: number; headers?: Record<string, string> } | 'hang' | undefined): void
  stop(): Promise<void>
}

const parameters = new Set(['action', 'page', 'prop', 'redirects', 'format', 'formatversion'])

/**
 * Starts the double. An error is answered with 200, as MediaWiki does.
 * https://www.mediawiki.org/wiki/API:Errors_and_warnings
 */
export const startWiki = async (): Promise<WikiDouble> => {
  const pages = new Map<string, string>()
  let fault: Parameters<WikiDouble['behave']>[0]
  let requests = 0
  const server = createServer(({ url: target = '', method, headers }, response) => {
    requests += 1
    if (fault === 'hang') return
    if (fault !== undefined) return void response.writeHead(fault.status, fault.headers).end('unavailable')
    const { pathname, searchParams } = new URL(target, 'http://wiki.example')
    const wrong = [...searchParams.keys()].find((name) => !parameters.has(name))
    const title = searchParams.get('page') ?? ''
    const text = pages.get(title.replaceAll('_', ' '))
    // Wikimedia refuses programs that do not say who they are.
    if (headers['user-agent'] === undefined) return void response.writeHead(403).end()
    if (method !== 'GET' || pathname !== '/w/api.php') return void response.writeHead(404).end()
    if (searchParams.get('format') !== 'json') return void response.end('<html>MediaWiki API help</html>')
    if (wrong !== undefined)
      return refuse(response, 'unrecognizedparams', `Unrecognized parameter: ${wrong}.`)
    if (searchParams.get('action') !== 'parse' || searchParams.get('prop') !== 'wikitext')
      return refuse(response, 'badvalue', 'Unrecognized value for parameter "action".')
    if (text === undefined) return refuse(response, 'missingtitle', "The page you specified doesn't exist.")
    const wikitext = searchParams.get('formatversion') === '2' ? text : { '*': text }
    write(response, { parse: { title, pageid: 1, wikitext } })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/w/api.php`,
    pages,
    get requests() {
      return requests
    },
    behave: (next) => {
      fault = next
    },
    stop: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

const refuse = (response: ServerResponse, code: string, info: string): void => {
  response.setHeader('mediawiki-api-error', code)
  write(response, { error: { code, info, docref: 'See api.php for API usage.' } })
}

const write = (response: ServerResponse, body: object): void => {
  response.setHeader('content-type', 'application/json; charset=utf-8')
  response.end(JSON.stringify(body))
}
