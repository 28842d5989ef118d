import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'

/** `bridge send <file or event>`: posts one hook, as GitLab would. */
export const sendCommand = new Command('send')
  .description('post a hook: a payload file (with its .headers beside it), or a bundled sample')
  .argument('<payload>', 'a file, or the name of a bundled sample such as push')
  .option(
    '--url <url>',
    'where hooks are received (default: the running local stack, else INGRESS_HOST and INGRESS_PORT)',
  )
  .option('--source <source>', 'post to /hooks/<source>')
  .option('--resend', "keep the sample's delivery id, as GitLab does when a hook is sent again")
  .action(async (payload: string, options: { url?: string; source?: string; resend?: true }) => {
    const { send } = await import('./send.ts')
    const { status, body } = await send(payload, options, withLocalStack(process.env))
    console.log(body)
    if (status >= 300) {
      console.error(`answered ${status}`)
      process.exitCode = 1
    }
  })
