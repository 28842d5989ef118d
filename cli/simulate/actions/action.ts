import type { World } from '../company/world.ts'
import type { SimulatedHook } from '../hooks/hook.ts'

/**
 * Something that can happen in the company. It changes the world.
 *
 * @returns the hooks that GitLab sends for it, in order; an empty list if it cannot happen now
 */
export type Action = (world: World) => SimulatedHook[]
