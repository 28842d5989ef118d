import { readPage } from '../records/markdown.ts'
import type { Compose } from '../servers/compose.ts'

/**
 * The blocks of commands below a heading of a page, up to the next heading. Ports and names are those of the
 * project of the test.
 */
export const commandsBelow = (compose: Compose, page: string, heading: string): string[] => {
  const [, rest = ''] = readPage(page).split(new RegExp(`^#+ ${heading}\\n`, 'm'))
  const [section = ''] = rest.split(/^#+ /m)
  const blocks = [...section.matchAll(/(?:^ {4}.*\n)+/gm)].map(([block]) => block)
  return blocks.map((block) =>
    block
      .replaceAll(/^ {4}/gm, '')
      .replaceAll('127.0.0.1:8080', `127.0.0.1:${compose.ports.INGRESS_PORT}`)
      .replaceAll('gitlab-kafka-bridge_', `${compose.project}_`)
      .replaceAll('gitlab-kafka-bridge:local', compose.image),
  )
}
