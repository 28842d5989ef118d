import { readFile, writeFile } from 'node:fs/promises'

const page = new URL('../../docs/performance.md', import.meta.url)
const begin = '<!-- the last run of `npm run bench -- --write` begins -->'
const end = '<!-- and ends -->'

/** Puts a run in the place of the last one. @throws Error where the page has lost its marks */
export const writeReport = async (report: string): Promise<void> => {
  const text = await readFile(page, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/performance.md lacks its marks: ${begin} … ${end}`)
  await writeFile(page, `${text.slice(0, from + begin.length)}\n${report}\n${text.slice(to)}`)
}
