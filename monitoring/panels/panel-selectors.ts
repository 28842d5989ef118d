import { createSelectors } from './create-selectors.ts'

/** The selectors of every dashboard: they obey its variables *job* and *instance*. */
export const panelSelectors = createSelectors(['job=~"$job"', 'instance=~"$instance"'])
