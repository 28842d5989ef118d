import type { Action } from './actions/action.ts'
import {
  approve,
  closeOrReopen,
  markReady,
  merge,
  openRequest,
  pushToRequest,
  reply,
  startDiscussion,
} from './actions/merge-requests.ts'
import { addToTeam, changeLevel, join, removeFromTeam } from './actions/people.ts'
import { advancePipeline } from './actions/pipelines.ts'
import {
  createProject,
  destroyProject,
  renameGroup,
  renameProject,
  transferProject,
} from './actions/projects.ts'
import { deleteBranches, pushBranch, pushManyBranches, pushTag, pushToMain } from './actions/pushes.ts'
import { createWorld } from './company/create-world.ts'
import type { SimulatedHook } from './hooks/hook.ts'
import { createRandom } from './random.ts'

/** How often each thing happens, compared with the others. */
const actions: readonly (readonly [share: number, action: Action])[] = [
  ...([
    [12, pushToMain],
    [6, pushBranch],
    [1, pushManyBranches],
    [2, deleteBranches],
    [2, pushTag],
  ] as const),
  ...([
    [10, openRequest],
    [12, startDiscussion],
    [10, reply],
    [8, pushToRequest],
    [4, markReady],
  ] as const),
  ...([
    [9, approve],
    [9, merge],
    [2, closeOrReopen],
    [26, advancePipeline],
  ] as const),
  ...([
    [1, join],
    [3, addToTeam],
    [2, changeLevel],
    [2, removeFromTeam],
  ] as const),
  ...([
    [2, createProject],
    [2, renameProject],
    [2, transferProject],
    [1, destroyProject],
  ] as const),
  ...([[1, renameGroup]] as const),
]

const shares = actions.reduce((sum, [share]) => sum + share, 0)

export interface StoryOptions {
  /** The same seed tells the same story. */
  seed: string
  /** Time at which it begins, in milliseconds since 1970. */
  begin: number
  /** Time of the story that passes with each hook, in milliseconds. */
  stepMs: number
}

/** A hook with its place in the story. */
export interface ToldHook extends SimulatedHook {
  /** Delivery id: the same in every telling of one story. */
  id: string
  /** Time of the story, in milliseconds since 1970. */
  at: number
}

/** Tells what happens in the invented company, without an end. */
export function* tellStory({ seed, begin, stepMs }: StoryOptions): Generator<ToldHook, never> {
  // Delivery ids have randomness of their own: two stories that begin at different times must not share any.
  const ids = createRandom(`${seed} ${begin}`)
  const random = createRandom(seed)
  const world = createWorld(random, begin)
  for (let told = 0; ; ) {
    world.now = begin + told * stepMs
    for (const hook of chooseAction(random.below(shares))(world)) {
      yield { ...hook, id: ids.uuid(), at: begin + told * stepMs }
      told += 1
    }
  }
}

const chooseAction = (number: number): Action => {
  let left = number
  for (const [share, action] of actions) {
    if (left < share) return action
    left -= share
  }
  throw new Error(`${number} is not below the sum of all shares`)
}
