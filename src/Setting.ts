/** One setting: a command-line flag with Go's manners, and how its text becomes a domain value. */
import { Duration, Option, Result } from "effect"
import { isIP } from "node:net"
import { parseGoDuration, parseQuantity } from "./Quantity.ts"
import * as LabelSelectorParser from "./selector/LabelSelectorParser.ts"

export interface Setting<A> {
  /** Of the flag, without dashes. */
  readonly name: string
  /** A one-letter name besides. */
  readonly letter?: string
  /** What stands for the value in help; absent for a switch, which is on without one. */
  readonly metavar?: string
  readonly meaning: string
  /** What holds where nothing is said, as it would be said; empty where nothing holds. */
  readonly fallback: string
  /** Takes every occurrence. Fails with what was expected and what was found. */
  read(given: ReadonlyArray<string>): Result.Result<A, string>
}

/** What a table of settings says, once it is read. */
export type Values<Settings> = {
  readonly [Key in keyof Settings]: Settings[Key] extends Setting<infer A> ? A : never
}

interface Kind<A> {
  readonly metavar?: string
  readonly expected: string
  parse(text: string): Option.Option<A>
}

/** The last occurrence wins. */
const single = <A, B>(name: string, meaning: string, kind: Kind<A>, otherwise: B, fallback = ""): Setting<A | B> => ({
  name,
  meaning,
  fallback,
  ...kind.metavar !== undefined && { metavar: kind.metavar },
  read: (given) => {
    const last = given.at(-1)
    if (last === undefined) return Result.succeed(otherwise)
    return Result.fromOption(kind.parse(last), () => `--${name}: expected ${kind.expected}, found "${last}"`)
  }
})

/** The fallback is a text like any other. */
const fallingBack = <A>(name: string, meaning: string, kind: Kind<A>, fallback: string): Setting<A> =>
  single(name, meaning, kind, Option.getOrThrow(kind.parse(fallback)), fallback)

/** Absent where nothing is said. */
const optional = <A>(name: string, meaning: string, kind: Kind<A>): Setting<Option.Option<A>> =>
  single(name, meaning, { ...kind, parse: (text) => Option.map(kind.parse(text), Option.some) }, Option.none<A>())

const nonEmpty = (text: string) => text === "" ? Option.none() : Option.some(text)

export const text = (name: string, metavar: string, meaning: string, fallback: string): Setting<string> =>
  fallingBack(name, meaning, { metavar, expected: "a text", parse: nonEmpty }, fallback)

/** A text that may be left out. An empty one counts as left out, as with Go's flags. */
export const optionalText = (name: string, metavar: string, meaning: string): Setting<Option.Option<string>> =>
  single(
    name,
    meaning,
    { metavar, expected: "a text", parse: (text) => Option.some(nonEmpty(text)) },
    Option.none<string>()
  )

/** A label selector in the apiserver's grammar, as a text to be sent there; may be left out. */
export const labelSelector = (name: string, meaning: string): Setting<Option.Option<string>> => ({
  ...optionalText(name, "SELECTOR", meaning),
  read: (given) => {
    const text = given.at(-1) ?? ""
    return Result.mapBoth(LabelSelectorParser.parse(text), {
      onSuccess: () => nonEmpty(text),
      onFailure: (problem) => `--${name}: expected a label selector such as pool=a,!spot, found "${text}": ${problem}`
    })
  }
})

/** What Go's strconv.ParseBool takes. */
const truth: Kind<boolean> = {
  expected: "true or false",
  parse: (text) => {
    if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return Option.some(true)
    return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? Option.some(false) : Option.none()
  }
}

/** A switch, off unless it is said. */
export const boolean = (name: string, meaning: string): Setting<boolean> => single(name, meaning, truth, false)

/** Neither true nor false where nothing is said. */
export const optionalBoolean = (name: string, meaning: string): Setting<Option.Option<boolean>> =>
  optional(name, meaning, truth)

export const port = (name: string, meaning: string, fallback: number): Setting<number> =>
  fallingBack(name, meaning, {
    metavar: "PORT",
    expected: "a port, 1 to 65535",
    parse: (text) => Option.filter(whole(text), (number) => number >= 1 && number <= 65535)
  }, String(fallback))

/** An IP address without a zone. An empty text counts as left out, as with Go's flags. */
export const ip = (name: string, meaning: string, fallback: string): Setting<string> =>
  fallingBack(name, meaning, {
    metavar: "IP",
    expected: "an IP address",
    parse: (text) =>
      Option.filter(Option.some(text === "" ? fallback : text.trim()), (it) => isIP(it) !== 0 && !it.includes("%"))
  }, fallback)

/** A whole number from zero on. */
export const count = (name: string, meaning: string, fallback: number): Setting<number> =>
  fallingBack(
    name,
    meaning,
    { metavar: "NUMBER", expected: "a whole number, 0 or more", parse: whole },
    String(fallback)
  )

const whole = (text: string) => /^\d{1,9}$/.test(text) ? Option.some(Number(text)) : Option.none()

/** A part of a whole, up to a greatest one. */
export const fraction = (name: string, meaning: string, greatest: number): Setting<number> =>
  fallingBack(name, meaning, {
    metavar: "FRACTION",
    expected: `a number from 0 to ${greatest}`,
    parse: (text) =>
      Option.filter(
        /^\d*\.?\d+(e-?\d+)?$/i.test(text) ? Option.some(Number(text)) : Option.none(),
        (it) => it <= greatest
      )
  }, "0")

/** A quantity such as 10Ki. */
export const quantity = (name: string, meaning: string): Setting<Option.Option<bigint>> =>
  optional(name, meaning, { metavar: "QUANTITY", expected: "a quantity such as 512 or 10Ki", parse: parseQuantity })

const span: Kind<Duration.Duration> = {
  metavar: "DURATION",
  expected: "a Go duration such as 15s or 1m30s",
  parse: (text) => Option.filter(parseGoDuration(text), (it) => !Duration.isNegative(it))
}

/** A duration in Go's syntax, not negative. */
export const duration = (name: string, meaning: string, fallback: string): Setting<Duration.Duration> =>
  fallingBack(name, meaning, span, fallback)

export const optionalDuration = (name: string, meaning: string): Setting<Option.Option<Duration.Duration>> =>
  optional(name, meaning, span)

/** A word of a known set. */
export const word = <const Word extends string>(
  name: string,
  meaning: string,
  known: ReadonlyArray<Word>,
  fallback: NoInfer<Word>
): Setting<Word> =>
  fallingBack(name, meaning, {
    metavar: "WORD",
    expected: `one of ${known.join(", ")}`,
    parse: (text) => Option.fromNullishOr(known.find((it) => it === text))
  }, fallback)

/** The same setting with a one-letter name besides. */
export const alias = <A>(letter: string, setting: Setting<A>): Setting<A> => ({ ...setting, letter })
