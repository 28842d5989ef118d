import { parseArgs } from 'node:util'
import { UsageError } from '../../lib/errors.ts'

/** What a new worker must say about itself. */
export interface Answers {
  beginning: { begins: 'oldest' } | { begins: 'now'; maxAgeHours: number }
  effect: 'internal' | 'external'
  /** The scope of its token for GitLab's API; `none`: it does not call the API. */
  gitlabApi: 'none' | 'read_api' | 'api'
  /** Whether it keeps something in PostgreSQL. */
  database: 'no' | 'yes'
}

/** Asks a person. Undefined: nobody can be asked, and a question has its default answer. */
export type Ask = ((question: string) => Promise<string>) | undefined

interface Question<Answer extends string> {
  flag: string
  text: string
  answers: readonly [Answer, ...Answer[]]
}

// The first answer of each question is the default. It is right for the worker that the scaffold writes.
const begins: Question<'oldest' | 'now'> = {
  flag: 'begins',
  text:
    'Where does it begin at its first start: at the oldest record, or now? ' +
    'A worker that speaks to people or to other systems begins now.',
  answers: ['oldest', 'now'],
}
const effect: Question<Answers['effect']> = {
  flag: 'effect',
  text:
    'What does it change: only what belongs to the bridge (internal), ' +
    'or does it send something to people or other systems (external)?',
  answers: ['internal', 'external'],
}
const gitlabApi: Question<Answers['gitlabApi']> = {
  flag: 'gitlab-api',
  text: "Which scope does its token for GitLab's API need, if it calls the API?",
  answers: ['none', 'read_api', 'api'],
}
const database: Question<Answers['database']> = {
  flag: 'database',
  text: 'Does it keep something in PostgreSQL?',
  answers: ['no', 'yes'],
}

const defaultMaxAgeHours = '24'

/** The name of the new worker; empty if there is none. @throws UsageError if a flag is unknown */
export const nameIn = (args: readonly string[]): string => parse(args).positionals[0] ?? ''

/**
 * Reads the name and the answers from the arguments, and asks for what is missing.
 *
 * @throws UsageError naming the flag at fault
 */
export const readAnswers = async (
  args: readonly string[],
  ask: Ask,
): Promise<{ name: string; answers: Answers }> => {
  const { values, positionals } = parse(args)
  const [name = '', ...more] = positionals
  if (more.length > 0) throw new UsageError(usage)
  const choose = async <Answer extends string>(question: Question<Answer>): Promise<Answer> =>
    checked(question, values[question.flag] ?? (await answerTo(question, ask)))

  const chosen = await choose(begins)
  const beginning =
    chosen === 'oldest'
      ? { begins: chosen }
      : { begins: chosen, maxAgeHours: hoursIn(values['max-age-hours'] ?? (await askForHours(ask))) }
  if (chosen === 'oldest' && values['max-age-hours'] !== undefined)
    throw new UsageError('--max-age-hours: only a worker that begins now has a maximum age.')
  return {
    name,
    answers: {
      beginning,
      effect: await choose(effect),
      gitlabApi: await choose(gitlabApi),
      database: await choose(database),
    },
  }
}

const text = { type: 'string' } as const
const flags = {
  begins: text,
  'max-age-hours': text,
  effect: text,
  'gitlab-api': text,
  database: text,
}

const usage =
  'Usage: npm run new:consumer -- <name> [--begins oldest|now] [--max-age-hours <hours>] ' +
  '[--effect internal|external] [--gitlab-api none|read_api|api] [--database no|yes]'

const parse = (args: readonly string[]) => {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: flags, allowPositionals: true })
    return { values: values as Readonly<Record<string, string | undefined>>, positionals }
  } catch {
    throw new UsageError(usage)
  }
}

const answerTo = async <Answer extends string>(
  { text, answers }: Question<Answer>,
  ask: Ask,
): Promise<string> => (await ask?.(`${text} [${answers.join(', ')}] `))?.trim() || answers[0]

const checked = <Answer extends string>({ flag, answers }: Question<Answer>, given: string): Answer => {
  const answer = answers.find((each) => each === given)
  if (answer === undefined)
    throw new UsageError(`--${flag}: "${given}" is not an answer. Use one of: ${answers.join(', ')}.`)
  return answer
}

const askForHours = async (ask: Ask): Promise<string> =>
  (await ask?.(`How many hours old may a record be that it handles? [${defaultMaxAgeHours}] `))?.trim() ||
  defaultMaxAgeHours

const hoursIn = (given: string): number => {
  const hours = Number(given)
  if (!(hours > 0) || !Number.isFinite(hours))
    throw new UsageError(`--max-age-hours: "${given}" is not a number of hours.`)
  return hours
}
