import { cleanText } from '../../../lib/clean-text.ts'
import type { RecordOf } from '../../../schemas/catalogue.ts'

/** The columns of a statement about a time in which an ingress was down or refused hooks. */
export const intervalRowOf = ({ delivery, kind, from, to, ingress, refused }: RecordOf<'interval'>) => ({
  delivery_id: cleanText(delivery.id),
  received_at: delivery.received_at,
  interval: JSON.stringify({
    kind: cleanText(kind),
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ingress: cleanText(ingress),
    refused,
  }),
})
