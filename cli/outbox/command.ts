import { Command, Option } from 'commander'
import type { ResumeAs } from '../../consumers/delivery/outbox/destination-state.ts'
import { withLocalStack } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { wholeNumber } from '../options/whole-number.ts'
import { exitAfterOutput } from '../output/exit.ts'

const list = new Command('list')
  .description('print each destination: its state, and what waits for it')
  .addOption(jsonOption())
  .action(async ({ json }: JsonOption) => {
    const { listOutboxes, outboxText } = await import('./list-outboxes.ts')
    const rows = await listOutboxes(withLocalStack(process.env))
    for (const row of rows) console.log(json ? JSON.stringify(row) : outboxText(row))
    if (rows.length === 0 && !json) console.log('No destination has had a message yet.')
    await exitAfterOutput()
  })

/** A command about one destination of one worker. */
const ofDestination = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<worker>', 'name of the worker')
    .argument('<destination>', 'name of the destination')

const show = ofDestination('show', 'print what waits for a destination, and its dead letters with the answer')
  .option('--limit <number>', 'how many messages', wholeNumber(1), 100)
  .addOption(jsonOption())
  .action(async (worker: string, destination: string, { limit, json }: JsonOption & { limit: number }) => {
    const { withDestination } = await import('./open-outbox.ts')
    const { showMessages } = await import('../../consumers/delivery/outbox/inspect.ts')
    const messages = await withDestination(withLocalStack(process.env), worker, destination, (store) =>
      showMessages(store, destination, limit),
    )
    for (const message of messages) console.log(JSON.stringify(message, null, json ? undefined : 2))
    await exitAfterOutput()
  })

const pause = ofDestination('pause', 'keep the messages of a destination, and send none')
  .option('--reason <text>', 'why, for `bridge outbox list`', 'paused by an operator')
  .action(async (worker: string, destination: string, { reason }: { reason: string }) => {
    const { withDestination } = await import('./open-outbox.ts')
    const { pauseDestinations } = await import('../../consumers/delivery/outbox/destination-state.ts')
    await withDestination(withLocalStack(process.env), worker, destination, (store) =>
      pauseDestinations(store, [destination], 'paused', reason),
    )
    console.log(`${destination} is paused. A message that is being sent now may still arrive.`)
    await exitAfterOutput()
  })

const resume = ofDestination('resume', 'send to a destination again')
  .addOption(
    new Option(
      '--as <choice>',
      'what becomes of the messages that waited; digest: one short message about each 500',
    )
      .choices(['send', 'digest', 'discard'])
      .makeOptionMandatory(),
  )
  .action(async (worker: string, destination: string, { as }: { as: ResumeAs }) => {
    const { withDestination } = await import('./open-outbox.ts')
    const { resumeDestination } = await import('../../consumers/delivery/outbox/destination-state.ts')
    const waiting = await withDestination(withLocalStack(process.env), worker, destination, (store) =>
      resumeDestination(store, destination, as),
    )
    console.log(`${destination} is active. ${waiting} messages had waited: ${as}.`)
    await exitAfterOutput()
  })

const settleDead = (name: 'redrive' | 'discard', description: string, done: string) =>
  ofDestination(name, description).action(async (worker: string, destination: string) => {
    const { withDestination } = await import('./open-outbox.ts')
    const { discardDead, redriveDead } = await import('../../consumers/delivery/outbox/inspect.ts')
    const settle = name === 'redrive' ? redriveDead : discardDead
    const count = await withDestination(withLocalStack(process.env), worker, destination, (store) =>
      settle(store, destination),
    )
    console.log(`${count} dead letters of ${destination} ${done}.`)
    await exitAfterOutput()
  })

/** `bridge outbox`: what workers owe to destinations. */
export const outboxCommand = new Command('outbox')
  .description('look at what waits for chats and receivers; pause, resume, and settle dead letters')
  .addCommand(list)
  .addCommand(show)
  .addCommand(pause)
  .addCommand(resume)
  .addCommand(settleDead('redrive', 'send the dead letters of a destination again', 'will be sent again'))
  .addCommand(settleDead('discard', 'drop the dead letters of a destination', 'were dropped'))
