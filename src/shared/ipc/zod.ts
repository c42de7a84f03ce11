import { z } from 'zod'

// The content security policy of the window forbids evaluating text as code, which zod's compiled parsers would need.
z.config({ jitless: true })

export { z }
