import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Every page of documentation, as paths from the root. */
export const pages: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...globSync('docs/**/*.md', { cwd: root }),
].sort()

export const readPage = (page: string): string => readFileSync(`${root}/${page}`, 'utf8')

/** A fenced block. */
export interface Block {
  /** What stands behind the fence, such as `sh`. */
  info: string
  text: string
}

export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```([^\n`]*)\n([\s\S]*?)^```$/gm)].map(([, info = '', text = '']) => ({
    info: info.trim(),
    text: text.trimEnd(),
  }))

/** Targets of links outside of code. */
export const linksOf = (markdown: string): string[] =>
  [...withoutCode(markdown).matchAll(/\[(?:[^\]]|\][^(\]])*\]\(<?([^)>\s]+)>?\)/g)].map(
    ([, target = '']) => target,
  )

/** Anchors of the headings, as GitHub makes them. */
export const anchorsOf = (markdown: string): string[] => {
  const seen = new Map<string, number>()
  return [...markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').matchAll(/^#{1,6} +(.+)$/gm)].map(
    ([, heading = '']) => {
      const anchor = heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-')
      const count = seen.get(anchor) ?? 0
      seen.set(anchor, count + 1)
      return count === 0 ? anchor : `${anchor}-${count}`
    },
  )
}

const withoutCode = (markdown: string) =>
  markdown.replaceAll(/^```[\s\S]*?^```$/gm, '').replaceAll(/`[^`\n]*`(?!\])/g, '')
