import { Command } from 'commander'
import { withLocalStack } from '../../environment.ts'
import { wholeNumber } from '../../options/whole-number.ts'
import { exitAfterOutput } from '../../output/exit.ts'

const placeCommand = new Command('place')
  .description('forbid to erase people and to drop months')
  .requiredOption('--reason <text>', 'why, for example the number of the case')
  .action(async ({ reason }: { reason: string }) => {
    const { placeHold } = await import('./hold.ts')
    console.log(`The hold ${await placeHold(reason, withLocalStack(process.env))} is in force.`)
    await exitAfterOutput()
  })

const liftCommand = new Command('lift')
  .description('lift a hold')
  .argument('<number>', 'the number of the hold', wholeNumber(1))
  .action(async (id: number) => {
    const { liftHold } = await import('./hold.ts')
    await liftHold(id, withLocalStack(process.env))
    console.log(`The hold ${id} is lifted.`)
    await exitAfterOutput()
  })

const listCommand = new Command('list').description('print all holds').action(async () => {
  const { listHolds } = await import('./hold.ts')
  for (const line of await listHolds(withLocalStack(process.env))) console.log(line)
  await exitAfterOutput()
})

/** `bridge audit hold`: legal holds, under which nothing of the audit log is erased or dropped. */
export const holdCommand = new Command('hold')
  .description('place, lift and list legal holds: under a hold nothing is erased or dropped')
  .addCommand(placeCommand)
  .addCommand(liftCommand)
  .addCommand(listCommand)
