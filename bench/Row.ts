/** What a benchmark says: one claim, one number, and what it is to be compared with. */

export interface Row {
  readonly claim: string
  readonly value: number
  readonly unit: string
  /** What we want it to be, at most; or, where more is better, at least. */
  readonly target?: number
  /** The same of something that does the least possible, in the same unit and in the same run. */
  readonly reference?: number
}

/** Three figures tell enough of a measurement. */
const figures = (value: number | undefined) =>
  value === undefined ? "" : value >= 1000 ? value.toFixed(0) : value.toPrecision(3)

const cellsOf = ({ claim, reference, target, unit, value }: Row) => [
  claim,
  figures(value),
  figures(target),
  unit,
  figures(reference),
  figures(reference === undefined ? undefined : value / reference)
]

export const table = (rows: ReadonlyArray<Row>) => {
  const cells = [["claim", "ours", "target", "unit", "reference", "ratio"], ...rows.map(cellsOf)]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const isNumber = [false, true, true, false, true, true]
  return cells.map((row) =>
    row.map((cell, column) => isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))
      .join("  ").trimEnd()
  ).join("\n")
}
