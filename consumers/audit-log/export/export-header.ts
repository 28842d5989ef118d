import { z } from 'zod'

/** The format of an export. Another version of the encoding gets another name. */
export const exportFormat = 'gitlab-kafka-bridge/audit-log-export@v1'

const header = z.object({ format: z.literal(exportFormat), origin: z.string(), from: z.int().min(0) })

/** The first line of an export in NDJSON: which log it is of, and with which leaf it begins. */
export type ExportHeader = z.output<typeof header>

/** @returns undefined if the line is no header */
export const parseExportHeader = (line: unknown): ExportHeader | undefined => header.safeParse(line).data
