import { Command } from 'commander'
import { withLocalStack } from '../environment.ts'
import { exitAfterOutput } from '../output/exit.ts'

const check = new Command('check')
  .description('check the file of routes, with its secrets, and warn of routes that can take no event')
  .argument('[file]', 'default: ROUTES_FILE')
  .action(async (file: string | undefined) => {
    const { checkRoutes } = await import('./check-routes.ts')
    for (const line of checkRoutes(file, withLocalStack(process.env))) console.log(line)
    await exitAfterOutput()
  })

const test = new Command('test')
  .description(
    'send a test message to a destination; of a tracker or a GitLab, only check the address and the token',
  )
  .argument('<destination>', 'its name in ROUTES_FILE')
  .action(async (destination: string) => {
    const { testDestination } = await import('./test-destination.ts')
    const { text, isSent } = await testDestination(destination, withLocalStack(process.env))
    console.log(text)
    process.exitCode = isSent ? 0 : 1
    await exitAfterOutput()
  })

/** `bridge routes`: the destinations and routes of ROUTES_FILE. */
export const routesCommand = new Command('routes')
  .description('check the file of destinations and routes, and try a destination')
  .addCommand(check)
  .addCommand(test)
