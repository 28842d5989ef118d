import { Command, Option } from 'commander'
import { withLocalStack } from '../../environment.ts'
import { wholeNumber } from '../../options/whole-number.ts'
import { exitAfterOutput } from '../../output/exit.ts'

interface HoldOptions {
  place?: string
  lift?: number
}

/** `bridge audit hold`: legal holds, under which nothing of the audit log is erased or dropped. */
export const holdCommand = new Command('hold')
  .description('print all legal holds, or place or lift one: under a hold nothing is erased or dropped')
  .addOption(new Option('--place <reason>', 'place a hold, for example with the number of the case'))
  .addOption(new Option('--lift <number>', 'lift a hold').argParser(wholeNumber(1)).conflicts('place'))
  .action(async ({ place, lift }: HoldOptions) => {
    const { liftHold, listHolds, placeHold } = await import('./hold.ts')
    const env = withLocalStack(process.env)
    if (place !== undefined) console.log(`The hold ${await placeHold(place, env)} is in force.`)
    else if (lift === undefined) for (const line of await listHolds(env)) console.log(line)
    else {
      await liftHold(lift, env)
      console.log(`The hold ${lift} is lifted.`)
    }
    await exitAfterOutput()
  })
