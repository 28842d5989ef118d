// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** How sure delivery.fact_id is. */
export type FactBasis = 'exact' | 'content' | 'delivery'
