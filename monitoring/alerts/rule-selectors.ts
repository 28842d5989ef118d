import { createSelectors } from '../panels/create-selectors.ts'

/** The selectors of the alerts: of every process that Prometheus scrapes. */
export const ruleSelectors = createSelectors([])
