/** Measurements over a size, drawn: panels side by side as SVG, in colours that can be read on white and on black. */

export type Point = readonly [x: number, y: number]

export interface Panel {
  /** With the unit. */
  readonly title: string
  readonly points: ReadonlyArray<Point>
}

/** `y = at0 + slope * x` */
export interface Line {
  readonly at0: number
  readonly slope: number
}

/** The line with the least squares: where cost grows linearly, the points lie on it. */
export const straight = (points: ReadonlyArray<Point>): Line => {
  const mean = (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0) / values.length
  const x0 = mean(points.map(([x]) => x))
  const y0 = mean(points.map(([, y]) => y))
  const spread = mean(points.map(([x]) => (x - x0) ** 2))
  const slope = spread === 0 ? 0 : mean(points.map(([x, y]) => (x - x0) * (y - y0))) / spread
  return { at0: y0 - slope * x0, slope }
}

/** From zero to the first one that is not exceeded, in round steps of which there are four to ten. */
export const ticks = (most: number): ReadonlyArray<number> => {
  const magnitude = 10 ** Math.floor(Math.log10(most))
  const step = [0.2, 0.5, 1].map((share) => share * magnitude).find((step) => most / step <= 6) ?? 2 * magnitude
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, index) => Number((index * step).toPrecision(6)))
}

const width = 320
const height = 304
const left = 56
const right = 24
const top = 40
const bottom = 76

export const svg = (xTitle: string, panels: ReadonlyArray<Panel>) => {
  const whole = panels.length * width
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole} ${height}" width="${whole}" height="${height}"`,
    `  font-family="sans-serif" font-size="12" fill="${ink}">`,
    ...panels.flatMap((panel, index) => [
      `<g transform="translate(${index * width} 0)">`,
      ...draw(xTitle, panel),
      "</g>"
    ]),
    ...legend(),
    "</svg>",
    ""
  ].join("\n")
}

const ink = "#767676"
const ours = "#2f81f7"
const solid = `stroke="${ours}" stroke-width="2"`
const dashed = `stroke="${ink}" stroke-dasharray="5 4"`
const faint = `stroke="${ink}" stroke-opacity="0.3"`

const legend = () => [
  line(left, height - 14, left + 28, height - 14, solid),
  text(left + 36, height - 10, "start", "measured"),
  line(left + 110, height - 14, left + 138, height - 14, dashed),
  text(left + 146, height - 10, "start", "the straight line that fits best")
]

const draw = (xTitle: string, { points, title }: Panel) => {
  const xs = ticks(Math.max(...points.map(([x]) => x)))
  const ys = ticks(Math.max(...points.map(([, y]) => y)))
  const [floor, ceiling] = [height - bottom, top]
  const x = (value: number) => round(left + value / (xs.at(-1) ?? 1) * (width - left - right))
  const y = (value: number) => round(floor - value / (ys.at(-1) ?? 1) * (floor - ceiling))
  const { at0, slope } = straight(points)
  // Not below the axis.
  const first = at0 < 0 ? -at0 / slope : 0
  const last = xs.at(-1) ?? 0
  return [
    text(left, 20, "start", title, `font-weight="bold"`),
    ...ys.map((value) => line(x(0), y(value), x(last), y(value), faint)),
    ...ys.map((value) => text(left - 8, y(value) + 4, "end", String(value))),
    ...xs.map((value) => text(x(value), floor + 18, "middle", String(value))),
    text(round((left + width - right) / 2), height - 36, "middle", xTitle),
    line(x(first), y(at0 + slope * first), x(last), y(at0 + slope * last), dashed),
    `<polyline points="${points.map((point) => `${x(point[0])},${y(point[1])}`).join(" ")}" fill="none" ${solid}/>`,
    ...points.map((point) =>
      `<circle cx="${x(point[0])}" cy="${y(point[1])}" r="4" fill="${ours}"><title>${point[0]}: ${
        point[1]
      }</title></circle>`
    )
  ]
}

const round = (value: number) => Math.round(value * 10) / 10

const line = (x1: number, y1: number, x2: number, y2: number, more: string) =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" ${more}/>`

const text = (x: number, y: number, anchor: "start" | "middle" | "end", content: string, more = "") =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" ${more}>${escape(content)}</text>`

const escape = (content: string) => content.replaceAll("&", "&amp;").replaceAll("<", "&lt;")
