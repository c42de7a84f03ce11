/** Text cut so that each second piece is a number with its unit, or with what it is a number of: “n = 12”, “42 ms”. */
export function piecesOf(text: string): readonly string[] {
  return text.split(/(n = [\d\u202f]+|[\d.\u202f]+ (?:%|ms|s|min|h|[kMG]?bit\/s|bytes)(?![\p{L}\d]))/u)
}
