/** What a benchmark says: one claim, one number, and what it is to be compared with. */

export interface Row {
  readonly claim: string
  readonly value: number
  readonly unit: string
  /** The same of something that does the least possible, in the same unit. */
  readonly reference?: number
  /** Value by reference. */
  readonly ratio?: number
}

/** Three figures tell enough of a measurement. */
const figures = (value: number | undefined) =>
  value === undefined ? "" : value >= 1000 ? value.toFixed(0) : value.toPrecision(3)

export const table = (rows: ReadonlyArray<Row>) => {
  const cells = [
    ["claim", "value", "unit", "reference", "ratio"],
    ...rows.map(({ claim, ratio, reference, unit, value }) => [
      claim,
      figures(value),
      unit,
      figures(reference),
      figures(ratio)
    ])
  ]
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  const isNumber = [false, true, false, true, true]
  return cells.map((row) =>
    row.map((cell, column) => isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))
      .join("  ").trimEnd()
  ).join("\n")
}
