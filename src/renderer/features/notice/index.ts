/** One short message at the foot of the window. */
export { createNoticeSlice, type NoticeSlice } from './notice-slice'
export { NoticeLine } from './notice-line'
