import type { PersonalDataFunctions } from './personal-data.ts'

/** The functions of a worker, loaded when one of them is called: its process needs none of them. */
export const loadPersonalData = (load: () => Promise<PersonalDataFunctions>): PersonalDataFunctions => ({
  find: async (...given) => (await load()).find(...given),
  erase: async (...given) => (await load()).erase(...given),
  report: async (...given) => (await load()).report(...given),
})
