import { after } from 'node:test'
import type { Environment } from '../../../../lib/config.ts'
import { gitlabApiEnv } from './api-env.ts'
import { seedMergeRequest } from './seed.ts'
import { type GitlabApiDouble, startGitlabApi } from './start-gitlab-api.ts'

/** A GitLab with the merge request of the samples. */
export type SampleGitlab = ReturnType<typeof seedMergeRequest> & {
  gitlab: GitlabApiDouble
  /** The settings with which a worker calls it. */
  env: Environment
}

/** Starts the double, which ends with the tests of the file. @param folder for the settings */
export const startSampleGitlab = async (folder: string): Promise<SampleGitlab> => {
  const gitlab = await startGitlabApi()
  after(() => gitlab.stop())
  return { gitlab, env: await gitlabApiEnv(folder, gitlab.url), ...seedMergeRequest(gitlab) }
}
