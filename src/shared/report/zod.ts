import { z } from 'zod'

// A strict content security policy forbids evaluating text as code, which compiled parsers would need.
z.config({ jitless: true })

export { z }
