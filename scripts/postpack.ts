// `npm pack` runs this file at its end. After an interrupted `npm pack`, run `node scripts/postpack.ts`.
import { fileURLToPath } from 'node:url'
import { restoreCheckout } from './package/restore-checkout.ts'

restoreCheckout(fileURLToPath(new URL('..', import.meta.url)))
