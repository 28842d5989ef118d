import { readFileSync } from 'node:fs'

const root = new URL('../../', import.meta.url)

/** A comment that names a file, followed by a code block. */
const block = /<!-- (examples\/\S+) -->\n```(\w+)\n[\s\S]*?```\n/g

/** docs/consume.md, with the present content of every example file in its code block. */
export const generateConsumePage = (): string =>
  readFileSync(new URL('docs/consume.md', root), 'utf8').replaceAll(
    block,
    (_, file: string, language: string) =>
      `<!-- ${file} -->\n\`\`\`${language}\n${readFileSync(new URL(file, root), 'utf8')}\`\`\`\n`,
  )
