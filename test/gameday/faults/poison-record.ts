import assert from 'node:assert/strict'
import { eventually } from '../../helpers/process/eventually.ts'
import { runCommand } from '../../helpers/runbooks/run-command.ts'
import type { Fault } from '../fault.ts'
import type { GameStack } from '../stack/game-stack.ts'

/** The worker whose dead letter the operator discards by the runbook. */
const worker = 'push-author-log'
/** The other workers that read pushes. */
const others = ['audit-log', 'project-directory', 'chat-notifier']

interface DeadLetter {
  /** What the commands call its key. */
  dead_letter: string
  fingerprint: string
}

/** The open dead letters of a worker, as the command of the runbook shows them. */
const openOf = async ({ operatorEnv }: GameStack, name: string): Promise<DeadLetter[]> => {
  const { code, output } = await runCommand(`bridge dead-letters show ${name} --json`, operatorEnv)
  assert.equal(code, 0, output)
  const lines = output.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as DeadLetter)
}

const discardAll = async (game: GameStack, name: string) => {
  for (const { dead_letter: key } of await openOf(game, name)) {
    const discard = `bridge dead-letters discard ${name} ${key} --reason "not a record of ours"`
    const { code, output } = await runCommand(discard, game.operatorEnv)
    assert.equal(code, 0, output)
  }
}

/** A record that no worker can decode. */
export const poisonRecord: Fault = {
  name: 'poison-record',
  title: 'A program that is not ours writes a record that nobody can decode',
  pages: ['DeadLettersAreOpen'],
  within: '15m',
  inject: async (game) => {
    const producer = game.stack.kafka.producer()
    await producer.connect()
    const topic = game.stack.names.topic('push')
    await producer.send({ topic, messages: [{ key: '1', value: 'this is not Avro' }] })
    await producer.disconnect()
    return {
      mend: async () => {
        for (const name of others) await discardAll(game, name)
      },
    }
  },
  placeholders: (game) =>
    eventually(async () => {
      const [first] = await openOf(game, worker)
      assert.ok(first, 'the dead letter is not there yet')
      return { worker, key: first.dead_letter, fingerprint: first.fingerprint }
    }),
}
