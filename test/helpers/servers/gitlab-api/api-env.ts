import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Environment } from '../../../../lib/config.ts'
import { botToken } from './seed.ts'

/** The GitLab that the samples name. */
export const sampleInstance = 'https://git.nordlicht.example'

/** The settings with which a worker calls this address instead of the GitLab that the samples name. */
export const gitlabApiEnv = async (folder: string, url: string): Promise<Environment> => {
  const [file, token] = [join(folder, 'gitlab-api.yaml'), join(folder, 'gitlab.token')]
  await writeFile(token, botToken)
  const instances = { [sampleInstance]: { url, token_file: token } }
  await writeFile(file, JSON.stringify({ instances }))
  return { GITLAB_API_FILE: file }
}
