import type { PushLine } from '../../../consumers/push-author-log/push-line.ts'

const first = Date.parse('2026-06-01T10:00:00.000Z')

/** The time of a line that was received `second` seconds after the first one. */
export const secondOf = (second: number): string => new Date(first + second * 1000).toISOString()

/** A line of the push log. @param fields replace those of a push to main of nordlicht/signal */
export const pushLine = (fields: Partial<PushLine> = {}): PushLine => ({
  pushed_at: secondOf(0),
  user_id: 4,
  user_username: 'isolheim',
  user_name: 'Ingrid Solheim',
  project_id: 15,
  project_path: 'nordlicht/signal',
  ref: 'refs/heads/main',
  before: 'a'.repeat(40),
  after: 'b'.repeat(40),
  commits: 2,
  source_event: 'push',
  delivery_id: 'an-id',
  instance: 'https://git.nordlicht.example',
  source: 'default',
  suspected_test: false,
  ...fields,
})

/** The same push as a repository update reports it. */
export const updateLine = (fields: Partial<PushLine> = {}): PushLine =>
  pushLine({ source_event: 'repository_update', user_username: null, commits: null, ...fields })

/** `A B` and `B A` as lines, a second apart. Each line has a delivery of its own. */
export const linesOfMoves = (moves: string, fields: Partial<PushLine> = {}, firstSecond = 0): PushLine[] =>
  moves.split(', ').map((move, index) => {
    const [before = '', after = ''] = move.split(' ')
    const make = fields.source_event === 'repository_update' ? updateLine : pushLine
    const second = firstSecond + index
    const delivery_id = `${fields.source ?? 'default'} ${fields.source_event ?? 'push'} ${second}`
    return make({ pushed_at: secondOf(second), before, after, delivery_id, ...fields })
  })

/** The lines of two hooks that report the push with this number. Each of 3 branches has a chain of pushes. */
export const linesOfPush = (number: number): PushLine[] => {
  const fields = {
    ref: `refs/heads/${number % 3}`,
    before: `sha ${number - 3}`,
    after: `sha ${number}`,
    pushed_at: secondOf(number / 1000),
  }
  const update = updateLine({ ...fields, delivery_id: `update ${number}` })
  const push = pushLine({ ...fields, delivery_id: `push ${number}` })
  return number % 2 === 0 ? [update, push] : [push, update]
}
