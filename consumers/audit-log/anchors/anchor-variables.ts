import { join } from 'node:path'
import { z } from 'zod'
import { dataFolder, list, seconds, secret } from '../../../lib/config.ts'
import { readVerifierKey, type VerifierKey } from '../note/verifier-key.ts'

/** The variables about the key and the places where checkpoints are kept. */
export const anchorVariables = z.object({
  BRIDGE_DATA_DIR: dataFolder(),
  AUDIT_LOG_SIGNING_KEY: z
    .string()
    .optional()
    .describe(
      'Key that signs the checkpoints of the audit log, in the form PRIVATE+KEY+<name>+<id>+<key>. ' +
        'Unset: a key is generated and kept in BRIDGE_DATA_DIR, where it does not protect against whoever ' +
        'controls this machine.',
    )
    .meta(secret),
  AUDIT_LOG_ANCHOR_FILE: z
    .string()
    .optional()
    .describe(
      'File that keeps the newest checkpoint of the audit log. ' +
        'Default: audit-log/checkpoint in BRIDGE_DATA_DIR.',
    ),
  AUDIT_LOG_CHECKPOINT_SECONDS: seconds()
    .min(1)
    .max(600)
    .default(60)
    .describe(
      'The least time between two checkpoints of the audit log. Rows that are newer than the last one are ' +
        'not proven yet.',
    ),
  AUDIT_LOG_ANCHOR_URLS: list()
    .pipe(z.array(z.url({ protocol: /^https?$/, error: 'must be a URL with http or https' })))
    .default([])
    .describe('Comma-separated addresses to which every checkpoint of the audit log is posted.')
    .meta(secret),
  AUDIT_LOG_WITNESSES: list()
    .pipe(z.array(z.string().transform(readWitness)))
    .default([])
    .describe(
      'Comma-separated witnesses (C2SP tlog-witness) of the audit log, each as its verifier key, a space ' +
        'and the URL before /add-checkpoint.',
    )
    .meta(secret),
})

export type AnchorSettings = z.output<typeof anchorVariables>

interface Witness {
  key: VerifierKey
  url: string
}

function readWitness(text: string, context: z.RefinementCtx): Witness {
  const [keyText = '', url = '', ...rest] = text.split(/\s+/)
  try {
    if (rest.length === 0 && URL.canParse(url)) return { key: readVerifierKey(keyText), url }
  } catch {
    // The sentence below says what is wrong, and contains no key.
  }
  context.addIssue({ code: 'custom', message: 'must be <verifier key> <URL>, with a space between them' })
  return z.NEVER
}

/** The folder of the signing key and, by default, of the newest checkpoint. */
export const auditLogFolder = ({ BRIDGE_DATA_DIR }: Pick<AnchorSettings, 'BRIDGE_DATA_DIR'>): string =>
  join(BRIDGE_DATA_DIR, 'audit-log')

/** The file of the newest checkpoint. */
export const anchorFile = (
  settings: Pick<AnchorSettings, 'BRIDGE_DATA_DIR' | 'AUDIT_LOG_ANCHOR_FILE'>,
): string => settings.AUDIT_LOG_ANCHOR_FILE ?? join(auditLogFolder(settings), 'checkpoint')
