import { useEffect } from 'react'
import { Button, Health } from '../../ui'
import { useStore } from '../../state'

/** Good news goes by itself; bad news stays until it is dismissed. */
const goodNewsMs = 12_000

export function NoticeLine() {
  const notice = useStore((store) => store.notice)
  const dismiss = useStore((store) => store.dismissNotice)
  useEffect(() => {
    if (notice === null || notice.health === 'bad') return undefined
    const timer = setTimeout(dismiss, goodNewsMs)
    return () => clearTimeout(timer)
  }, [notice, dismiss])
  return (
    <div className="notice-place" role="status" aria-live="polite">
      {notice !== null && (
        <div className="notice">
          <Health tone={notice.health}>{notice.text}</Health>
          {notice.action !== null && <Button onClick={notice.action.run}>{notice.action.label}</Button>}
          <Button look="link" onClick={dismiss}>
            Dismiss
          </Button>
        </div>
      )}
    </div>
  )
}
