/**
 * Loaded into a program before its own code, in each of its threads: after each collection of all garbage it notes what is
 * left, a line of JSON, in the file that PATHSCOPE_COLLECTIONS names. It forces no collection, so it changes nothing that
 * is measured beside it.
 */
import { appendFileSync } from 'node:fs'
import { constants, PerformanceObserver } from 'node:perf_hooks'
import { threadId } from 'node:worker_threads'

const file = process.env['PATHSCOPE_COLLECTIONS']

const observer = new PerformanceObserver((list) => {
  const majors = list.getEntries().filter((entry) => kindOf(entry) === constants.NODE_PERFORMANCE_GC_MAJOR)
  if (majors.length === 0 || file === undefined) return
  const { heapUsed, external } = process.memoryUsage()
  appendFileSync(file, `${JSON.stringify({ thread: threadId, atMs: Date.now(), heapUsed, external })}\n`)
})
observer.observe({ entryTypes: ['gc'] })

function kindOf(entry: object): unknown {
  const detail = 'detail' in entry ? entry.detail : null
  return typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined
}
