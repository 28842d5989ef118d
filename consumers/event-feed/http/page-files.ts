import { readFileSync } from 'node:fs'
import type { Express } from 'express'

const folder = new URL('../page/', import.meta.url)

/** Path → the file that is served there, and its type. */
const files: Readonly<Record<string, { file: string; type: string }>> = {
  '/': { file: 'index.html', type: 'html' },
  '/page/feed.css': { file: 'feed.css', type: 'css' },
  ...Object.fromEntries(
    ['feed', 'filters', 'list', 'detail', 'connection', 'stream-worker', 'sign-in', 'dom'].map((name) => [
      `/page/${name}.js`,
      { file: `${name}.js`, type: 'js' },
    ]),
  ),
}

/** Serves the page. Its files are read once. */
export const addPage = (app: Express): void => {
  for (const [path, { file, type }] of Object.entries(files)) {
    const content = readFileSync(new URL(file, folder))
    app.get(path, (_request, response) => {
      response.setHeader('Cache-Control', 'no-cache')
      response.type(type).send(content)
    })
  }
}
