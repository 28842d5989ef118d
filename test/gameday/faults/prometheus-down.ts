import type { Fault } from '../fault.ts'

/** Prometheus hangs, so that no rule of it can say so. The dead man's switch of the pager does. */
export const prometheusDown: Fault = {
  name: 'prometheus-down',
  title: 'Prometheus is frozen with SIGSTOP',
  pages: ['Watchdog'],
  within: '20m',
  inject: async ({ scraper }) => {
    scraper.kill('SIGSTOP')
    return { mend: async () => scraper.kill('SIGCONT') }
  },
}
