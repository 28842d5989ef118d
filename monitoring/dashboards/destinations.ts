import type { Dashboard } from '../panels/panel.ts'
import { notShown } from './not-shown.ts'

/** What the bridge sends to other systems. Undefined while no metric speaks of a destination. */
export const destinationsDashboard = (workers: readonly string[]): Dashboard | undefined => {
  const panels = notShown('destinations', workers, [])
  if (panels.length === 0) return undefined
  return {
    uid: 'bridge-destinations',
    title: 'Destinations',
    description:
      'What workers send to other systems: what waits in the outboxes, for how long, and what became of it.',
    rows: [{ title: 'Outboxes', panels }],
  }
}
