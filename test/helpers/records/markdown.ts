import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Every page of documentation, as paths from the root. */
export const pages: readonly string[] = [
  ...globSync('*.md', { cwd: root }),
  ...globSync('*/README.md', { cwd: root, exclude: ['node_modules'] }),
  ...globSync('docs/**/*.md', { cwd: root }).filter((page) => page !== 'docs/README.md'),
].sort()

export const readPage = (page: string): string => readFileSync(`${root}/${page}`, 'utf8')

/** A fenced block. */
export interface Block {
  /** The text behind the fence, such as `sh`. */
  info: string
  text: string
}

export const blocksOf = (markdown: string): Block[] =>
  [...markdown.matchAll(/^```([^\n`]*)\n([\s\S]*?)^```$/gm)].map(([, info = '', text = '']) => ({
    info: info.trim(),
    text: text.trimEnd(),
  }))

/** The targets of links outside of code. */
export const linksOf = (markdown: string): string[] =>
  [...withoutCode(markdown).matchAll(/\[(?:[^\]]|\][^(\]])*\]\(<?([^)>\s]+)>?\)/g)].map(
    ([, target = '']) => target,
  )

/** The anchors of the headings, as GitHub makes them. */
export const anchorsOf = (markdown: string): string[] => {
  const seen = new Map<string, number>()
  return headingsOf(markdown).map((heading) => {
    const anchor = heading
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
      .replaceAll(' ', '-')
    const count = seen.get(anchor) ?? 0
    seen.set(anchor, count + 1)
    return count === 0 ? anchor : `${anchor}-${count}`
  })
}

/** The headings outside of code, without their `#`. */
export const headingsOf = (markdown: string): string[] =>
  [...withoutBlocks(markdown).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => heading)

/** Texts between backticks on one line, and the lines of code blocks. */
export const codeOf = (markdown: string): string[] => [
  ...[...withoutBlocks(markdown).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code),
  ...[...withoutBlocks(markdown).matchAll(/^ {4,}(\S.*)$/gm)].map(([, line = '']) => line),
  ...blocksOf(markdown).flatMap(({ text }) => text.split('\n')),
]

const withoutBlocks = (markdown: string) => markdown.replaceAll(/^```[\s\S]*?^```$/gm, '')

const withoutCode = (markdown: string) => withoutBlocks(markdown).replaceAll(/`[^`\n]*`(?!\])/g, '')
