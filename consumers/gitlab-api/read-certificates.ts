import { X509Certificate } from 'node:crypto'
import { readRegularFile } from '../../lib/read-regular-file.ts'

/**
 * Reads certificate authorities. They are parsed here, because Node silently ignores a text without a
 * certificate and would then trust no private authority.
 *
 * @returns the text of the file, PEM
 * @throws Error if the file cannot be read, or has no certificate or a damaged one
 */
export const readCertificates = (file: string): string => {
  const text = readRegularFile(file).toString()
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
  if (blocks.length === 0) throw new Error('it has no certificate in PEM format')
  for (const block of blocks) new X509Certificate(block)
  return text
}
