import { withFixedUrl } from '../../helpers/monitoring/alertmanager-file.ts'
import { divideDuration } from './divide-durations.ts'

/**
 * The configuration of Alertmanager with every duration divided.
 *
 * @param url where alerts are posted to
 */
export const fasterAlertmanager = (url: string, divisor: number): string =>
  withFixedUrl(url).replaceAll(
    /\b(group_wait|group_interval|repeat_interval): (\d+\w+)$/gm,
    (_, setting: string, duration: string) => `${setting}: ${divideDuration(duration, divisor)}`,
  )
