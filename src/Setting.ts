/** One setting: a command-line flag with Go's manners, and how its text becomes a domain value. */
import { Array, Duration, Option, Result, Struct } from "effect"
import { Flag } from "effect/cli"
import { parseGoDuration } from "./Quantity.ts"
import * as LabelSelectorParser from "./selector/LabelSelectorParser.ts"

export interface Setting<A> {
  /** Takes every occurrence; the last one wins. */
  readonly flag: Flag.Flag<ReadonlyArray<string | boolean>>
  /** Fails with what was expected and what was found. */
  read(given: ReadonlyArray<string | boolean>): Result.Result<A, string>
}

interface Kind<A> {
  readonly metavar: string
  readonly expected: string
  parse(text: string): Option.Option<A>
}

const textual = <A, B>(name: string, meaning: string, kind: Kind<A>, fallback: B): Setting<A | B> => ({
  flag: each(name, meaning, kind).flag,
  read: (given) => Result.map(each(name, meaning, kind).read(given.slice(-1)), ([last]) => last ?? fallback)
})

/** A value for each occurrence. */
export const each = <A>(name: string, meaning: string, kind: Kind<A>): Setting<ReadonlyArray<A>> => ({
  flag: Flag.String(name).pipe(
    Flag.withMetavar(kind.metavar),
    Flag.withDescription(meaning),
    Flag.atLeast(0)
  ),
  read: (given) =>
    Result.all(
      given.map((text) =>
        Result.fromOption(kind.parse(String(text)), () => `--${name}: expected ${kind.expected}, found "${text}"`)
      )
    )
})

const withDefault = (meaning: string, text: string) => text === "" ? meaning : `${meaning} (default ${text})`

const nonEmpty = (text: string) => text === "" ? Option.none() : Option.some(text)

/** A text that may be left out. An empty one counts as left out, as with Go's flags. */
export const optionalText = (name: string, metavar: string, meaning: string): Setting<Option.Option<string>> =>
  textual(
    name,
    meaning,
    { metavar, expected: "a text", parse: (text) => Option.some(nonEmpty(text)) },
    Option.none<string>()
  )

/** A label selector in the apiserver's grammar, as a text to be sent there; may be left out. */
export const labelSelector = (name: string, meaning: string): Setting<Option.Option<string>> => ({
  ...optionalText(name, "SELECTOR", meaning),
  read: (given) => {
    const text = String(given.at(-1) ?? "")
    return Result.mapBoth(LabelSelectorParser.parse(text), {
      onSuccess: () => nonEmpty(text),
      onFailure: (problem) => `--${name}: expected a label selector such as pool=a,!spot, found "${text}": ${problem}`
    })
  }
})

export const text = (name: string, metavar: string, meaning: string, fallback: string): Setting<string> =>
  textual(name, withDefault(meaning, fallback), { metavar, expected: "a text", parse: nonEmpty }, fallback)

export const boolean = (name: string, meaning: string): Setting<boolean> => ({
  flag: Flag.Boolean(name).pipe(Flag.withoutNegation, Flag.withDescription(meaning), Flag.atLeast(0)),
  read: (given) => Result.succeed(given.at(-1) === true)
})

/** Neither true nor false where nothing is said. */
export const optionalBoolean = (name: string, meaning: string): Setting<Option.Option<boolean>> => ({
  flag: boolean(name, meaning).flag,
  read: (given) => Result.succeed(Option.map(Option.fromUndefinedOr(given.at(-1)), (last) => last === true))
})

export const port = (name: string, meaning: string, fallback: number): Setting<number> =>
  textual(name, withDefault(meaning, String(fallback)), {
    metavar: "PORT",
    expected: "a port, 1 to 65535",
    parse: (text) => {
      const number = /^\d{1,5}$/.test(text) ? Number(text) : 0
      return number >= 1 && number <= 65535 ? Option.some(number) : Option.none()
    }
  }, fallback)

/** A whole number from zero on. */
export const count = (name: string, meaning: string, fallback: number): Setting<number> =>
  textual(name, withDefault(meaning, String(fallback)), {
    metavar: "NUMBER",
    expected: "a whole number, 0 or more",
    parse: (text) => /^\d{1,9}$/.test(text) ? Option.some(Number(text)) : Option.none()
  }, fallback)

/** A duration in Go's syntax, not negative. */
export const duration = (name: string, meaning: string, fallback: string): Setting<Duration.Duration> =>
  textual(name, withDefault(meaning, fallback), durationKind, Option.getOrThrow(parseGoDuration(fallback)))

export const optionalDuration = (name: string, meaning: string): Setting<Option.Option<Duration.Duration>> =>
  textual(
    name,
    meaning,
    { ...durationKind, parse: (text) => Option.map(durationKind.parse(text), Option.some) },
    Option.none<Duration.Duration>()
  )

const durationKind: Kind<Duration.Duration> = {
  metavar: "DURATION",
  expected: "a Go duration such as 15s or 1m30s",
  parse: (text) => Option.filter(parseGoDuration(text), (it) => !Duration.isNegative(it))
}

/** A word of a known set. */
export const word = <const Word extends string>(
  name: string,
  meaning: string,
  known: ReadonlyArray<Word>,
  fallback: NoInfer<Word>
): Setting<Word> =>
  textual(name, withDefault(meaning, fallback), {
    metavar: "WORD",
    expected: `one of ${known.join(", ")}`,
    parse: (text) => Option.fromNullishOr(known.find((it) => it === text))
  }, fallback)

/** Comma-separated words of a known set. */
export const words = <const Word extends string>(
  name: string,
  meaning: string,
  known: ReadonlyArray<Word>,
  fallback: ReadonlyArray<NoInfer<Word>>
): Setting<ReadonlyArray<Word>> =>
  textual(name, withDefault(meaning, fallback.join(",")), {
    metavar: "LIST",
    expected: `a comma-separated list of ${known.join(", ")}`,
    parse: (text) => {
      const found = text.split(",").map((word) => known.find((it) => it === word.trim()))
      return Option.all(found.map(Option.fromNullishOr))
    }
  }, fallback)

/** Texts, comma-separated; occurrences add up, as with Go's slices. */
export const texts = (
  name: string,
  meaning: string,
  fallback: ReadonlyArray<string>
): Setting<ReadonlyArray<string>> => ({
  flag: Flag.String(name).pipe(
    Flag.withMetavar("LIST"),
    Flag.withDescription(withDefault(meaning, fallback.join(","))),
    Flag.atLeast(0)
  ),
  read: (given) => {
    if (given.length === 0) return Result.succeed(fallback)
    const found = given.flatMap((text) => String(text).split(",")).map((text) => text.trim())
    return Result.succeed(found.filter((text) => text !== ""))
  }
})

/**
 * What stays on of what can be switched off one by one: `key=false,key=true`. Occurrences add up, as with Go's maps; to
 * leave nothing on is refused.
 */
export const switches = <const Known extends Readonly<Record<string, string>>>(
  name: string,
  meaning: string,
  known: Known
): Setting<Array.NonEmptyReadonlyArray<Known[keyof Known]>> => ({
  flag: Flag.String(name).pipe(
    Flag.withMetavar("KEY=BOOLEAN"),
    Flag.withDescription(withDefault(meaning, Struct.keys(known).map((key) => `${key}=true`).join(","))),
    Flag.atLeast(0)
  ),
  read: (given) => {
    const on = new Set(Struct.keys(known))
    for (const text of given.flatMap((it) => String(it).split(",")).filter((it) => it !== "")) {
      const [, key, value] = /^([^=]*?)(?:=(true|false))?$/.exec(text) ?? []
      const found = Struct.keys(known).find((it) => it === key)
      if (found === undefined) {
        return Result.fail(
          `--${name}: expected ${Struct.keys(known).join(" or ")} with =true or =false, found "${text}"`
        )
      }
      if (value === "false") on.delete(found)
      else on.add(found)
    }
    const left = Struct.keys(known).filter((key) => on.has(key)).map((key) => known[key])
    return Array.isReadonlyArrayNonEmpty(left)
      ? Result.succeed(left)
      : Result.fail(`--${name}: expected one of ${Struct.keys(known).join(", ")} to stay on, found all switched off`)
  }
})

/** The same setting with a one-letter name besides. */
export const alias = <A>(letter: string, setting: Setting<A>): Setting<A> => ({
  ...setting,
  flag: Flag.withAlias(setting.flag, letter)
})
