import { inhibitions } from '../../../monitoring/alerts/inhibitions.ts'
import { renderAlertmanager, webhookUrlFile } from '../../../monitoring/render/render-alertmanager.ts'

/**
 * The configuration of Alertmanager with the address in place of the file that holds it: Debian's version
 * 0.25 does not know `url_file`.
 */
export const withFixedUrl = (url: string): string =>
  renderAlertmanager(inhibitions).replace(`url_file: ${webhookUrlFile}`, `url: ${url}`)
