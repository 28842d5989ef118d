// Loaded before the tests of a landing: random tests then try the same cases each time, and a landing does
// not depend on luck. A test file that is started by itself, and `npm run test:soak`, try new cases.
import fc from 'fast-check'

fc.configureGlobal({ seed: 20_261_201 })
