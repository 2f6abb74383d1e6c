/** A table in Markdown, aligned so that it can be read as it stands. */

export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>) => {
  const columns = head.map((title, column) => {
    const cells = rows.map((row) => row[column] ?? "")
    return {
      width: Math.max(3, title.length, ...cells.map(({ length }) => length)),
      isNumber: cells.every((cell) => /^-?[\d.]*$/.test(cell))
    }
  })
  const line = (row: ReadonlyArray<string>) =>
    `| ${
      columns.map(({ isNumber, width }, column) => {
        const cell = row[column] ?? ""
        return isNumber ? cell.padStart(width) : cell.padEnd(width)
      }).join(" | ")
    } |`
  const rule = columns.map(({ isNumber, width }) => isNumber ? `${"-".repeat(width - 1)}:` : "-".repeat(width))
  return [line(head), line(rule), ...rows.map(line)].join("\n")
}

/** Three figures tell enough of a measurement. */
export const figures = (value: number | undefined) =>
  value === undefined ? "" : value >= 1000 ? value.toFixed(0) : value === 0 ? "0" : value.toPrecision(3)
