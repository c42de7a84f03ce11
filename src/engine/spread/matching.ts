/**
 * Assignment of rows to columns, each used at most once: the most assignments, and of those the least total cost
 * (Kuhn-Munkres by shortest augmenting paths, O(rows² x columns)). `costs[row][column]` is whole and not negative,
 * Infinity where the two may not be joined. Exact while costs times the square of the rows stay below 2^53.
 */
export function maximumMatching(costs: readonly (readonly number[])[]): [row: number, column: number][] {
  const rows = costs.length
  const columns = costs[0]?.length ?? 0
  if (rows === 0 || columns === 0) return []
  if (rows > columns) {
    const transposed = Array.from({ length: columns }, (_, column) =>
      costs.map((row) => row[column] ?? Infinity),
    )
    return maximumMatching(transposed).map(([column, row]) => [row, column])
  }
  const forbidden = forbiddenCost(costs)
  return assign(rows, columns, (row, column) => {
    const cost = costs[row]?.[column] ?? Infinity
    return cost === Infinity ? forbidden : cost
  }).filter(([row, column]) => (costs[row]?.[column] ?? Infinity) !== Infinity)
}

/** Leaving one row out costs more than any full assignment, so that the most rows are joined. */
function forbiddenCost(costs: readonly (readonly number[])[]): number {
  let greatest = 0
  for (const row of costs) for (const cost of row) if (cost !== Infinity && cost > greatest) greatest = cost
  return (greatest + 1) * costs.length
}

/** Every row gets a column; rows <= columns. Places count from 1 inside, 0 stands for the row being placed. */
function assign(
  rows: number,
  columns: number,
  costOf: (row: number, column: number) => number,
): [row: number, column: number][] {
  const rowPotential = new Float64Array(rows + 1)
  const columnPotential = new Float64Array(columns + 1)
  const rowOfColumn = new Int32Array(columns + 1)
  const previousColumn = new Int32Array(columns + 1)
  const slack = new Float64Array(columns + 1)
  const visited = new Uint8Array(columns + 1)

  for (let row = 1; row <= rows; row += 1) {
    rowOfColumn[0] = row
    slack.fill(Infinity)
    visited.fill(0)
    let column = 0
    do {
      visited[column] = 1
      const from = rowOfColumn[column] as number
      let delta = Infinity
      let nearest = 0
      for (let other = 1; other <= columns; other += 1) {
        if (visited[other] === 1) continue
        const reduced =
          costOf(from - 1, other - 1) - (rowPotential[from] as number) - (columnPotential[other] as number)
        if (reduced < (slack[other] as number)) {
          slack[other] = reduced
          previousColumn[other] = column
        }
        if ((slack[other] as number) < delta) {
          delta = slack[other] as number
          nearest = other
        }
      }
      for (let other = 0; other <= columns; other += 1) {
        if (visited[other] === 1) {
          const owner = rowOfColumn[other] as number
          rowPotential[owner] = (rowPotential[owner] as number) + delta
          columnPotential[other] = (columnPotential[other] as number) - delta
        } else {
          slack[other] = (slack[other] as number) - delta
        }
      }
      column = nearest
    } while (rowOfColumn[column] !== 0)
    do {
      const before = previousColumn[column] as number
      rowOfColumn[column] = rowOfColumn[before] as number
      column = before
    } while (column !== 0)
  }

  const pairs: [row: number, column: number][] = []
  for (let column = 1; column <= columns; column += 1) {
    const row = rowOfColumn[column] as number
    if (row !== 0) pairs.push([row - 1, column - 1])
  }
  return pairs
}
