import { setTimeout as sleep } from 'node:timers/promises'
import { createAnswers } from './answers.ts'
import type { LoadOrder, LoadResult } from './load.ts'
import { createSender, requestOf, type Sender } from './sender.ts'

/**
 * How long the load waits for answers after its end. Then a hook without an answer counts as never answered.
 */
const graceMs = 10_000

/**
 * Sends hooks at a fixed rate, as GitLab does: it does not wait for the answers to earlier hooks.
 * The time of a hook begins when it was due. It includes the wait for a free connection, so that a receiver
 * that stalls cannot hide it.
 */
export const openLoop = async (order: LoadOrder & { rate: number }): Promise<LoadResult> => {
  const { rate, maxHooks, maxSeconds } = order
  const answers = createAnswers()
  const total = Math.min(maxHooks, Math.floor(rate * maxSeconds))
  const request = requestOf(order)
  const idle: Sender[] = []
  let sent = 0
  let broken = 0

  const startedAt = performance.now()
  const dueAt = (index: number) => startedAt + (index * 1000) / rate
  const sendDue = () => {
    const now = performance.now()
    while (sent < total && dueAt(sent) <= now && idle.length > 0) {
      idle.pop()?.send(dueAt(sent))
      sent += 1
    }
  }
  const connectOne = () => {
    const sender = createSender(
      order.url,
      request,
      (status, dueMs) => {
        answers.add(status, performance.now() - dueMs)
        idle.push(sender)
        sendDue()
      },
      (wasBusy) => {
        if (wasBusy) broken += 1
        else idle.splice(idle.indexOf(sender), 1)
        senders.delete(sender)
        if (sent < total) connectOne()
      },
    )
    senders.add(sender)
    idle.push(sender)
  }
  const senders = new Set<Sender>()
  for (let i = 0; i < order.connections; i++) connectOne()

  const timer = setInterval(sendDue, 1)
  const until = startedAt + maxSeconds * 1000 + graceMs
  while (performance.now() < until && answers.count() + broken < total) await sleep(5)
  clearInterval(timer)
  const seconds = (performance.now() - startedAt) / 1000
  answers.fail(total - answers.count())
  for (const sender of [...senders]) sender.close()
  return answers.result(seconds)
}
