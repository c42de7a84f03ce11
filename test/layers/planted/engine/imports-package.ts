// caught by: engine-has-no-packages
export { z } from 'zod'
