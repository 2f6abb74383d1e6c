/** Metric families: declared where they are recorded, with series that are made once, so that recording is one update. */
import { type Context, Effect, Metric } from "effect"

/** One series of a family. To record costs a tenth of a microsecond, which is why it is no effect. */
export interface Series {
  /** Adds to a counter, sets a gauge, observes in a histogram. */
  update(value: number): void
  remove(): void
}

export interface Family<Label extends string> {
  /** The series with these labels. It stands at zero until something is recorded. */
  series(labels: Readonly<Record<Label, string>>): Series
}

export interface ReadableFamily<Label extends string> extends Family<Label> {
  /** A series whose value is read when it is asked for. */
  read(labels: Readonly<Record<Label, string>>, value: () => number): Pick<Series, "remove">
}

/** Labels go to the constructor, because `Metric.withAttributes` merges them anew with every update. */
type Make<State> = (attributes: Readonly<Record<string, string>>) => Metric.Metric<number, State>

export const counter = <Label extends string = never>(
  id: string,
  description: string
): Effect.Effect<ReadableFamily<Label>> =>
  readable(
    (attributes) => Metric.counter(id, { description, attributes, incremental: true }),
    (count) => ({ count, incremental: true })
  )

export const gauge = <Label extends string = never>(
  id: string,
  description: string
): Effect.Effect<ReadableFamily<Label>> =>
  readable((attributes) => Metric.gauge(id, { description, attributes }), (value) => ({ value }))

export const histogram = <Label extends string = never>(
  id: string,
  description: string,
  boundaries: ReadonlyArray<number>
): Effect.Effect<Family<Label>> =>
  Effect.map(
    Effect.context<never>(),
    (context) => recorded((attributes) => Metric.histogram(id, { description, attributes, boundaries }), context)
  )

const readable = <Label extends string, State>(make: Make<State>, stateOf: (value: number) => State) =>
  Effect.map(Effect.context<never>(), (context): ReadableFamily<Label> => ({
    ...recorded(make, context),
    read: (labels, value) =>
      Metric.registerUnsafe(make(labels), context, {
        get: () => stateOf(value()),
        update: nothing,
        modify: nothing
      })
  }))

const nothing = () => {}

/** In the registry of the context. */
const recorded = <Label extends string, State>(make: Make<State>, context: Context.Context<never>): Family<Label> => {
  const known = new Map<string, Series>()
  return {
    series: (labels) => {
      const key = JSON.stringify(labels)
      const found = known.get(key)
      if (found !== undefined) return found
      const metric = make(labels)
      metric.valueUnsafe(context)
      const series = {
        update: (value: number) => metric.updateUnsafe(value, context),
        remove: () => {
          known.delete(key)
          Metric.removeUnsafe(metric, context)
        }
      }
      known.set(key, series)
      return series
    }
  }
}
