import { readFile, writeFile } from 'node:fs/promises'

const page = new URL('../../docs/performance.md', import.meta.url)
const end = '<!-- and ends -->'

/**
 * Replaces the report of the last run of the same command in docs/performance.md.
 *
 * @throws Error where the page lacks the comments between which the report stands
 */
export const writeReport = async (
  report: string,
  command: 'bench' | 'bench:consumers' | 'bench:feed',
): Promise<void> => {
  const begin = `<!-- the last run of \`npm run ${command} -- --write\` begins -->`
  const text = await readFile(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < from)
    throw new Error(`docs/performance.md lacks the comments ${begin} and ${end}. Put them back.`)
  await writeFile(page, `${text.slice(0, from + begin.length)}\n${report}\n${text.slice(to)}`)
}
