import { post, sample } from '../../helpers/records/hooks.ts'
import type { Fault } from '../fault.ts'

const everyMs = 100

/** A GitLab whose hooks have an old token. */
export const badSecret: Fault = {
  name: 'bad-secret',
  title: 'Ten hooks a second come with a wrong token',
  pages: ['CredentialsAreRejected'],
  within: '20m',
  inject: async ({ processes }) => {
    const { hookUrl } = processes.process('ingress')
    const send = () =>
      void post(hookUrl, sample('push'), { 'x-gitlab-token': 'an-old-token' }).catch(() => undefined)
    const timer = setInterval(send, everyMs)
    return { mend: async () => clearInterval(timer) }
  },
}
