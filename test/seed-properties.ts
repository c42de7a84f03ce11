/** Property tests draw from one seed, so that a run can be repeated; new ground is for `npm run fuzz` to find. */
import fc from 'fast-check'

fc.configureGlobal({ seed: 20_261_122 })
