/** Names of files made for a session: `<title> YYYY-MM-DD HH.MM.SS.<ext>`, local time. */

const titleChars = 80

/** The title without what file systems refuse (path separators, reserved and control characters, dots at the ends). */
export function safeTitle(title: string): string {
  const cleaned = title
    .normalize('NFC')
    .replace(/[\u0000-\u001f\u007f-\u009f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, ' ')
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
