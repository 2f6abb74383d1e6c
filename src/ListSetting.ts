/** Settings that take several values, comma-separated: as with Go's slices and maps, occurrences add up. */
import { Array, Option, Result, Struct } from "effect"
import type { Setting } from "./Setting.ts"

const parts = (given: ReadonlyArray<string>) =>
  given.flatMap((text) => text.split(",")).map((text) => text.trim()).filter((text) => text !== "")

interface Form<A> {
  readonly metavar: string
  /** Of the whole list. */
  readonly expected: string
  parse(text: string): Option.Option<A>
}

/** Texts of a form. Where nothing is said, the fallback holds; an empty text says that nothing holds. */
export const formed = <A>(
  name: string,
  meaning: string,
  { expected, metavar, parse }: Form<A>,
  fallback: ReadonlyArray<A & string> = [],
  split: (given: ReadonlyArray<string>) => ReadonlyArray<string> = parts
): Setting<ReadonlyArray<A>> => ({
  name,
  metavar,
  meaning,
  fallback: fallback.join(","),
  read: (given) => {
    if (given.length === 0) return Result.succeed(fallback)
    return Result.all(
      split(given).map((text) =>
        Result.fromOption(parse(text), () => `--${name}: expected ${expected}, found "${text}"`)
      )
    )
  }
})

/** The same where a comma is part of a value: one value an occurrence. */
export const repeated = <A>(name: string, meaning: string, form: Form<A>) =>
  formed(name, meaning, form, [], (given) => given)

/** Words of a known set. Where some hold by default, none would leave nothing to go by, and is refused. */
export const words = <const Word extends string>(
  name: string,
  meaning: string,
  known: ReadonlyArray<Word>,
  fallback: ReadonlyArray<NoInfer<Word>>
): Setting<ReadonlyArray<Word>> => {
  const expected = `a comma-separated list of ${known.join(", ")}`
  const setting = formed(name, meaning, {
    metavar: "LIST",
    expected,
    parse: (text) => Option.fromUndefinedOr(known.find((it) => it === text))
  }, fallback)
  return {
    ...setting,
    read: (given) =>
      Result.filterOrFail(
        setting.read(given),
        (words) => words.length > 0 || fallback.length === 0,
        () => `--${name}: expected ${expected}, found "${given.join()}"`
      )
  }
}

/** Any texts. */
export const texts = (
  name: string,
  meaning: string,
  fallback: ReadonlyArray<string>
): Setting<ReadonlyArray<string>> =>
  formed(name, meaning, { metavar: "LIST", expected: "a comma-separated list", parse: Option.some }, fallback)

/** What stays on of what can be switched off one by one: `key=false,key=true`; to leave nothing on is refused. */
export const switches = <const Known extends Readonly<Record<string, string>>>(
  name: string,
  meaning: string,
  known: Known
): Setting<Array.NonEmptyReadonlyArray<Known[keyof Known]>> => ({
  name,
  metavar: "KEY=BOOLEAN",
  meaning,
  fallback: Struct.keys(known).map((key) => `${key}=true`).join(","),
  read: (given) => {
    const on = new Set(Struct.keys(known))
    for (const text of parts(given)) {
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
