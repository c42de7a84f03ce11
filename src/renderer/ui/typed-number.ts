/** What a person types into a number field, read or refused with a sentence. */

export interface NumberBounds {
  readonly min: number
  readonly max: number
  readonly unit: string
  /** Only whole numbers can be. */
  readonly whole?: boolean
}

/** The number, or what is wrong with the text and what would be right. A comma stands for the decimal point. */
export function readNumber(typed: string, { min, max, unit, whole = false }: NumberBounds): number | string {
  const text = typed.trim()
  const takes = `${min} to ${max} ${unit}`
  if (text === '') return `Nothing is typed here: ${takes} can be.`
  if (!/^-?\d+(?:[.,]\d+)?$/.test(text))
    return `“${shortened(text)}” is no number: type ${takes}, as digits only.`
  const value = Number(text.replace(',', '.'))
  if (whole && !Number.isInteger(value))
    return `${shortened(text)} is no whole number: type ${takes}, without a fraction.`
  if (value < min) return `${shortened(text)} is too little: type ${takes}.`
  return value > max ? `${shortened(text)} is too much: type ${takes}.` : value
}

function shortened(text: string): string {
  return text.length > 12 ? `${text.slice(0, 12)}…` : text
}
