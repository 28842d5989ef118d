// Generated from the .avsc file beside it by `npm run generate`. Do not edit.

/** How certain delivery.fact_id is. */
export type FactBasis = 'exact' | 'content' | 'delivery'
