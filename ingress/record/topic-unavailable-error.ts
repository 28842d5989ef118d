import { RetriableError } from '../../lib/errors.ts'

/** One topic accepts no records now. Its hooks must wait; hooks of other topics need not. */
export class TopicUnavailableError extends RetriableError {
  override readonly name: string = 'TopicUnavailableError'
  readonly topic: string
  /** Why, without the name of the topic. */
  readonly problem: string

  constructor(topic: string, problem: string) {
    super(`topic ${topic} is not available: ${problem}`)
    this.topic = topic
    this.problem = problem
  }
}
