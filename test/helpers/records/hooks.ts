import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { secretToken } from '../servers/stack.ts'

/** The answer to a hook. */
export interface Answer {
  status: number
  body: { outcome: string; event: string; topic: string; id: string; reason?: string }
}

/** A bundled sample, byte for byte. */
export const sample = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/${name}.json`, import.meta.url))

/** The body of a push of a project. @param fields replace those of the sample */
export const pushOf = (projectId: number, fields: Readonly<Record<string, unknown>> = {}): Buffer =>
  Buffer.from(JSON.stringify({ ...JSON.parse(sample('push').toString()), project_id: projectId, ...fields }))

/** Posts a hook as GitLab does. It gets a new delivery id unless `headers` contain one. */
export const post = async (
  url: string | undefined,
  body: Buffer | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  const id = randomUUID()
  const response = await fetch(String(url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-gitlab-token': secretToken,
      'x-gitlab-instance': 'https://git.nordlicht.example',
      'user-agent': 'GitLab/19.4.0',
      'idempotency-key': id,
      'webhook-id': headers['idempotency-key'] ?? id,
      ...headers,
    },
    body: new Uint8Array(Buffer.from(body)),
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}
