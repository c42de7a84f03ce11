/** Names of files made for a session: `<title> YYYY-MM-DD HH.MM.SS.<ext>`, local time. */

const titleChars = 80

/** The title without what file systems refuse (path separators, reserved and control characters, dots at the ends). */
export function safeTitle(title: string): string {
  const cleaned = title
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}<>:"/\\|?*]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. -]+|[. ]+$/g, '')
  const short = [...cleaned].slice(0, titleChars).join('').trim()
  return short === '' ? 'Pathscope' : short
}

export function sessionFileName(title: string, startedAt: Date, extension: string): string {
  const two = (value: number) => value.toString().padStart(2, '0')
  const day = `${startedAt.getFullYear()}-${two(startedAt.getMonth() + 1)}-${two(startedAt.getDate())}`
  const time = [startedAt.getHours(), startedAt.getMinutes(), startedAt.getSeconds()].map(two).join('.')
  return `${safeTitle(title)} ${day} ${time}.${extension}`
}
