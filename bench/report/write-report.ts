import { readFile, writeFile } from 'node:fs/promises'

const page = new URL('../../docs/performance.md', import.meta.url)
const end = '<!-- and ends -->'

/** Puts a run in the place of the last one of the same command. @throws Error where the page has lost its marks */
export const writeReport = async (report: string, command: 'bench' | 'bench:consumers'): Promise<void> => {
  const begin = `<!-- the last run of \`npm run ${command} -- --write\` begins -->`
  const text = await readFile(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks its marks: ${begin} … ${end}`)
  await writeFile(page, `${text.slice(0, from + begin.length)}\n${report}\n${text.slice(to)}`)
}
