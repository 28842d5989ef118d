import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import type { SendOptions } from './send.ts'

/** `bridge send <file or event>`: posts one hook, as GitLab would. */
export const sendCommand = new Command('send')
  .description('post one hook to the ingress, as GitLab would, and print the answer')
  .argument(
    '<payload>',
    'a file with the body, or a bundled sample such as push; the headers are beside it in a .headers file',
  )
  .option(
    '--url <url>',
    'where to post (default: INGRESS_HOST and INGRESS_PORT if set, else the running local stack)',
  )
  .option(
    '--source <source>',
    'post as this configured source; workers then act as for a real event; default is the source of /hooks ' +
      '(default: sample, on which no worker acts outside of the bridge)',
  )
  .option('--resend', 'keep the delivery id of the sample, as GitLab does when it sends a hook again')
  .action(async (payload: string, options: SendOptions) => {
    const { send } = await import('./send.ts')
    const { status, body } = await send(payload, options, withLocalStack(process.env))
    console.log(body)
    if (status >= 300) {
      console.error(`The ingress answered with the status ${status}.`)
      process.exitCode = 1
    }
  })
