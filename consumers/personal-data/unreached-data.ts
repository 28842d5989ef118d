import type { PersonalDataFunctions, StoreReport } from './personal-data.ts'

/**
 * The personal data of a worker that cannot erase a person from its stores. It says why for each of them, and
 * what the operator can do.
 */
export const createUnreachedData = (
  stores: readonly { store: string; why: string }[],
): PersonalDataFunctions => ({
  find: async () => [],
  erase: async () => [],
  report: async () => stores.map((store): StoreReport => ({ ...store, state: 'cannot' })),
})
